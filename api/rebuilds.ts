/** Rebuilds of the read model: start, list, progress, cancel. */
import { z } from '@hono/zod-openapi';
import { date, identifier } from '../commands/schemas/fields.ts';
import { fieldErrors } from '../commands/schemas/issues.ts';
import { jsonItems } from './commands/items.ts';
import { bodyKind } from './body/read.ts';
import type { Api, ApiContext } from './http/context.ts';
import { endpoint } from './http/endpoint.ts';
import { Problem, sentence } from './http/problem.ts';
import type { ApiConfig, Rebuild, RebuildRequest, Rebuilds } from './ports.ts';
import { noParams } from './reads/parameters.ts';

const scope = z
  .strictObject({
    portfolio_id: identifier.optional(),
    security_id: identifier.optional(),
    from: date.optional(),
  })
  .meta({ id: 'RebuildScope', description: 'What to rebuild; everything when nothing is named.' });

const rebuild = z
  .object({
    rebuild_id: z.string(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    scope,
    started_at: z.string(),
    finished_at: z.string().nullable(),
    events_total: z.int(),
    events_done: z.int(),
    rows_written: z.int(),
    rows_per_second: z.number(),
    eta_seconds: z.number().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Rebuild' });

const TAG = 'Rebuilds';
const params = z.strictObject({ rebuild_id: identifier });
const nothing = z.strictObject({});
const one = (description: string) => ({ description, content: { 'application/json': { schema: rebuild } } });

export function registerRebuilds(api: Api, rebuilds: Rebuilds, config: ApiConfig): void {
  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/rebuilds',
      tag: TAG,
      summary: 'Rebuild the read model, or a part of it, from the log while it goes on serving',
      params: noParams,
      query: nothing,
      body: { required: true, content: { 'application/json': { schema: scope, example: {} } } },
      replies: { 202: one('Started.') },
      problems: ['malformed-body', 'conflict', 'body-too-large', 'unsupported-media-type', 'rejected'],
    },
    async (c) => {
      const started = await rebuilds.start(await requested(c, config), c.get('requestId'));
      if (!started) throw new Problem('conflict', 'another rebuild is running');
      return c.json(started, 202, { Location: `/v1/rebuilds/${started.rebuild_id}` });
    },
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/rebuilds',
      tag: TAG,
      summary: 'All rebuilds, the latest first',
      params: noParams,
      query: nothing,
      replies: {
        200: {
          description: 'The rebuilds.',
          content: { 'application/json': { schema: z.object({ rebuilds: z.array(rebuild) }) } },
        },
      },
    },
    async (c) => c.json({ rebuilds: await rebuilds.list() }),
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/rebuilds/{rebuild_id}',
      tag: TAG,
      summary: 'The progress of a rebuild',
      params,
      query: nothing,
      replies: { 200: one('The rebuild.') },
      problems: ['not-found'],
    },
    async (c, { params: { rebuild_id } }) => c.json(known(rebuild_id, await rebuilds.find(rebuild_id))),
  );

  const { cancel } = rebuilds;
  if (!cancel) return;
  endpoint(
    api,
    {
      method: 'delete',
      path: '/v1/rebuilds/{rebuild_id}',
      tag: TAG,
      summary: 'Cancel a rebuild; what readers see stays as it is',
      params,
      query: nothing,
      replies: { 202: one('It will stop.') },
      problems: ['not-found'],
    },
    async (c, { params: { rebuild_id } }) => c.json(known(rebuild_id, await cancel(rebuild_id)), 202),
  );
}

function known(rebuildId: string, found: Rebuild | undefined): Rebuild {
  if (found) return found;
  throw new Problem('not-found', `there is no rebuild ${rebuildId}`);
}

async function requested(c: ApiContext, config: ApiConfig): Promise<RebuildRequest> {
  if (bodyKind(c) !== 'json') throw new Problem('unsupported-media-type', 'send application/json');
  const { items, single } = await jsonItems(c, config.bodyLimitBytes);
  const input = single ? items[0] : items;
  const parsed = scope.safeParse(input);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error.issues, input);
    throw new Problem('rejected', sentence(errors), { errors });
  }
  const { portfolio_id, security_id, from } = parsed.data;
  return {
    ...(portfolio_id === undefined ? {} : { portfolio_id }),
    ...(security_id === undefined ? {} : { security_id }),
    ...(from === undefined ? {} : { from }),
  };
}
