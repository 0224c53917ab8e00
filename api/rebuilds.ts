/** Rebuilds of the read model: start, list, progress, approve, cancel. */
import { z } from '@hono/zod-openapi';
import { identifier } from '../commands/schemas/fields.ts';
import { fieldErrors } from '../commands/schemas/issues.ts';
import type { KnownAt } from '../projections/queries/reading.ts';
import type { RebuildRequest } from '../projections/rebuild/jobs.ts';
import type { RebuildView } from '../projections/rebuild/view.ts';
import { jsonItems } from './commands/items.ts';
import { bodyKind } from './body/read.ts';
import { recordOrder, whoOf } from './access/orderer.ts';
import type { Api, ApiContext } from './http/context.ts';
import { endpoint } from './http/endpoint.ts';
import { Problem, sentence } from './http/problem.ts';
import type { ApiConfig, Rebuilds } from './ports.ts';
import { noParams } from './reads/parameters.ts';
import { dryRunReport, order, rebuild, retainHours } from './rebuild-schemas.ts';

const TAG = 'Rebuilds';
const params = z.strictObject({ rebuild_id: identifier });
const nothing = z.strictObject({});
const one = (description: string) => ({ description, content: { 'application/json': { schema: rebuild } } });
const approval = z.strictObject({ retain_hours: retainHours }).meta({ id: 'RebuildApproval' });

export interface RebuildsApi {
  readonly rebuilds: Rebuilds;
  /** The position that a moment of knowledge stands for. */
  readonly resolve: (knownAt: KnownAt) => Promise<number>;
  readonly config: ApiConfig;
}

export function registerRebuilds(api: Api, { rebuilds, resolve, config }: RebuildsApi): void {
  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/rebuilds',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'Rebuild the read model, or a part of it, from the log while it goes on serving',
      description:
        'It runs in this process and is followed under its id; another process goes on with it when this one dies.',
      params: noParams,
      query: nothing,
      body: { required: true, content: { 'application/json': { schema: order, example: {} } } },
      replies: {
        202: one('Started.'),
        200: {
          description: 'With `dry_run`: what would change.',
          content: { 'application/json': { schema: dryRunReport } },
        },
      },
      problems: ['malformed-body', 'conflict', 'body-too-large', 'unsupported-media-type', 'rejected'],
    },
    async (c) => {
      const { dryRun, ...request } = await requested(c, config, resolve);
      if (dryRun) return c.json({ dry_run: true, ...(await rebuilds.dryRun(request.scope, undefined)) });
      await recordOrder(c, 'rebuild', JSON.stringify(request.scope));
      const order = { ...request, who: whoOf(c) };
      const started = await conflicting(() => rebuilds.start(order, c.get('requestId')));
      return c.json(started, 202, { Location: `/v1/rebuilds/${started.rebuild_id}` });
    },
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/rebuilds',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'All rebuilds, the latest first, whichever process runs them',
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
      scope: 'operate',
      allPortfolios: true,
      summary: 'The progress of a rebuild',
      params,
      query: nothing,
      replies: { 200: one('The rebuild.') },
      problems: ['not-found'],
    },
    async (c, { params: { rebuild_id } }) => c.json(known(rebuild_id, await rebuilds.find(rebuild_id))),
  );

  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/rebuilds/{rebuild_id}/approve',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'Show readers a rebuild that waits for approval',
      description: 'It is brought level with the log and then shown, in the background.',
      params,
      query: nothing,
      body: { required: false, content: { 'application/json': { schema: approval, example: {} } } },
      replies: { 202: one('It will be shown.') },
      problems: [
        'not-found',
        'conflict',
        'malformed-body',
        'body-too-large',
        'unsupported-media-type',
        'rejected',
      ],
    },
    async (c, { params: { rebuild_id } }) => {
      const body = await parsedBody(c, config, approval);
      await recordOrder(c, 'rebuild_approval', rebuild_id);
      const found = known(
        rebuild_id,
        await rebuilds.approve(rebuild_id, body.retain_hours, c.get('requestId'), whoOf(c)),
      );
      if (found.status !== 'awaiting_approval')
        throw new Problem(
          'conflict',
          `rebuild ${rebuild_id} is ${found.status}: it does not wait for approval`,
        );
      return c.json(found, 202);
    },
  );

  endpoint(
    api,
    {
      method: 'delete',
      path: '/v1/rebuilds/{rebuild_id}',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'Cancel a rebuild; what readers see stays as it is',
      params,
      query: nothing,
      replies: { 202: one('It will stop, or has stopped.') },
      problems: ['not-found'],
    },
    async (c, { params: { rebuild_id } }) => {
      await recordOrder(c, 'rebuild_cancellation', rebuild_id);
      return c.json(known(rebuild_id, await rebuilds.cancel(rebuild_id)), 202);
    },
  );
}

function known(rebuildId: string, found: RebuildView | undefined): RebuildView {
  if (found) return found;
  throw new Problem('not-found', `there is no rebuild ${rebuildId}`);
}

const REFUSALS: ReadonlySet<unknown> = new Set(['rebuild_running', 'rebuild_refused', 'rollback_refused']);

/** What keeps an operation from beginning is a conflict with what is going on. */
export async function conflicting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof Error && REFUSALS.has(code))
      throw new Problem('conflict', error.message, { cause: error });
    throw error;
  }
}

/** The body, or an empty one where none was sent. */
export async function parsedBody<T>(c: ApiContext, config: ApiConfig, schema: z.ZodType<T>): Promise<T> {
  const sent = c.req.header('Content-Type') !== undefined;
  if (sent && bodyKind(c) !== 'json') throw new Problem('unsupported-media-type', 'send application/json');
  const { items, single } = sent ? await jsonItems(c, config.bodyLimitBytes) : { items: [{}], single: true };
  const input = single ? items[0] : items;
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error.issues, input);
  throw new Problem('rejected', sentence(errors), { errors });
}

async function requested(
  c: ApiContext,
  config: ApiConfig,
  resolve: RebuildsApi['resolve'],
): Promise<RebuildRequest & { readonly dryRun: boolean }> {
  if (bodyKind(c) !== 'json') throw new Problem('unsupported-media-type', 'send application/json');
  const body = await parsedBody(c, config, order);
  const { portfolio_id, security_id, from, known_at, max_impact_bps, retain_hours } = body;
  const narrowed = portfolio_id !== undefined || security_id !== undefined || from !== undefined;
  if (narrowed && !body.dry_run)
    for (const field of ['known_at', 'max_impact_bps', 'approve', 'retain_hours'] as const)
      if (body[field] !== undefined) {
        const message = 'is for a rebuild of everything; what is named is folded again where it is';
        throw new Problem('rejected', `${field} ${message}`, {
          errors: [{ field, rule: 'exclusive', message }],
        });
      }
  return {
    dryRun: body.dry_run ?? false,
    scope: {
      ...(portfolio_id === undefined ? {} : { portfolioId: portfolio_id }),
      ...(security_id === undefined ? {} : { securityId: security_id }),
      ...(from === undefined ? {} : { from }),
      ...(known_at === undefined ? {} : { knownAt: await resolve(known_at) }),
    },
    approval: {
      flip: body.approve ? 'always' : 'ask',
      ...(max_impact_bps === undefined ? {} : { maxImpactBps: max_impact_bps }),
    },
    ...(retain_hours === undefined ? {} : { retainHours: retain_hours }),
  };
}
