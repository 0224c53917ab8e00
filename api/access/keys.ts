/** API keys: hand out, list, take back. */
import { z } from '@hono/zod-openapi';
import type { AccessKeys } from '../../commands/access/keys.ts';
import { keyOrder } from '../../commands/access/order.ts';
import { isKeyId } from '../../domain/access/key-token.ts';
import { SCOPES } from '../../domain/events.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import type { ApiConfig } from '../ports.ts';
import { noParams } from '../reads/parameters.ts';
import { parsedBody } from '../rebuilds.ts';
import { ordererOf } from './orderer.ts';

const TAG = 'Access';
const nothing = z.strictObject({});
const params = z.strictObject({
  key_id: z
    .string()
    .refine(isKeyId, 'must be the id of a key, 12 letters and digits')
    .meta({ example: 'k7m2qd4xw5ta' }),
});

const instant = z.string().meta({ format: 'date-time', example: '2026-01-02T03:04:05.000000Z' });
const key = z
  .object({
    key_id: z.string().meta({ example: 'k7m2qd4xw5ta' }),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    portfolio_ids: z.array(z.string()).nullable().meta({ description: 'null: all portfolios.' }),
    created_at: instant,
    expires_at: instant.nullable(),
    revoked_at: instant.nullable(),
    last_used_at: instant.nullable().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'AccessKey' });

const issued = z
  .object({
    key,
    token: z.string().meta({
      description: 'What its holder sends as `Authorization: Bearer …`. It is shown here and never again.',
    }),
  })
  .meta({ id: 'IssuedKey' });

const requirement = { tag: TAG, scope: 'admin', allPortfolios: true } as const;
const one = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

export function registerKeys(api: Api, keys: AccessKeys, config: ApiConfig): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/keys',
      ...requirement,
      summary: 'All API keys, revoked ones included, the latest first; never their secrets',
      params: noParams,
      query: nothing,
      replies: { 200: one('The keys.', z.object({ keys: z.array(key) })) },
    },
    async (c) => c.json({ keys: await keys.list() }),
  );

  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/keys',
      ...requirement,
      summary: 'Issue an API key',
      params: noParams,
      query: nothing,
      body: {
        required: true,
        content: { 'application/json': { schema: keyOrder, example: { name: 'grafana', scopes: ['read'] } } },
      },
      replies: { 201: one('Issued. The token is shown this once.', issued) },
      problems: ['malformed-body', 'body-too-large', 'unsupported-media-type', 'rejected'],
    },
    async (c) => {
      const { portfolio_ids, expires_at, ...order } = await parsedBody(c, config, keyOrder);
      if (expires_at !== undefined && Date.parse(expires_at) <= Date.now())
        throw new Problem('rejected', 'expires_at must be in the future', {
          errors: [{ field: 'expires_at', rule: 'future', message: 'must be in the future' }],
        });
      const made = await keys.issue(
        {
          ...order,
          ...(portfolio_ids === undefined ? {} : { portfolio_ids }),
          ...(expires_at === undefined ? {} : { expires_at }),
        },
        ordererOf(c),
      );
      return c.json(made, 201, { 'Cache-Control': 'no-store' });
    },
  );

  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/keys/{key_id}/rotate',
      ...requirement,
      summary: 'Issue a key in place of another, which is revoked',
      params,
      query: nothing,
      replies: { 201: one('Issued. The token is shown this once.', issued) },
      problems: ['not-found'],
    },
    async (c, { params: { key_id: id } }) =>
      c.json(known(id, await keys.rotate(id, ordererOf(c))), 201, { 'Cache-Control': 'no-store' }),
  );

  endpoint(
    api,
    {
      method: 'delete',
      path: '/v1/keys/{key_id}',
      ...requirement,
      summary: 'Revoke an API key; every process refuses it within seconds',
      params,
      query: nothing,
      replies: { 200: one('It is revoked.', key) },
      problems: ['not-found'],
    },
    async (c, { params: { key_id: id } }) => c.json(known(id, await keys.revoke(id, ordererOf(c)))),
  );
}

function known<T>(keyId: string, found: T | undefined): T {
  if (found !== undefined) return found;
  throw new Problem('not-found', `there is no key ${keyId} in force`);
}
