/** The two generations of the read model, and the way back to the former one. */
import { z } from '@hono/zod-openapi';
import type { GenerationOverview } from '../projections/overview.ts';
import { recordOrder, whoOf } from './access/orderer.ts';
import type { Api } from './http/context.ts';
import { endpoint } from './http/endpoint.ts';
import type { ApiConfig, GenerationControl } from './ports.ts';
import { noParams } from './reads/parameters.ts';
import { conflicting, parsedBody } from './rebuilds.ts';
import { generation, retainHours, rolledBack } from './rebuild-schemas.ts';

const TAG = 'Rebuilds';
const nothing = z.strictObject({});
const order = z.strictObject({ retain_hours: retainHours }).meta({ id: 'RollbackOrder' });

export function registerGenerations(api: Api, control: GenerationControl, config: ApiConfig): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/generations',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'What the generation holds that readers see, and the one that they do not see',
      params: noParams,
      query: nothing,
      replies: {
        200: {
          description: 'Both generations, the active one first.',
          content: { 'application/json': { schema: z.object({ generations: z.array(generation) }) } },
        },
      },
    },
    async (c) => c.json({ generations: (await control.overview()).map(generationView) }),
  );

  endpoint(
    api,
    {
      method: 'post',
      path: '/v1/rollbacks',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'Show readers the former generation again, with everything that came since',
      description:
        'What readers see until then is retained in its place. Positions and epochs never go back. 409 when nothing is retained.',
      params: noParams,
      query: nothing,
      body: { required: false, content: { 'application/json': { schema: order, example: {} } } },
      replies: {
        200: { description: 'Done.', content: { 'application/json': { schema: rolledBack } } },
      },
      problems: ['conflict', 'malformed-body', 'body-too-large', 'unsupported-media-type', 'rejected'],
    },
    async (c) => {
      const { retain_hours } = await parsedBody(c, config, order);
      await recordOrder(c, 'rollback', '');
      const done = await conflicting(() =>
        control.rollback({
          who: whoOf(c),
          ...(retain_hours === undefined ? {} : { retainHours: retain_hours }),
        }),
      );
      return c.json({
        status: done.status,
        from: done.from,
        to: done.to,
        position: done.position,
        held_ms: done.heldMs ?? 0,
        seconds: done.seconds,
      });
    },
  );
}

export function generationView(of: GenerationOverview): z.output<typeof generation> {
  return {
    slot: of.slot,
    state: of.state,
    position: of.position,
    lag_events: of.lagEvents,
    fold_versions: [...of.foldVersions],
    portfolios: of.portfolios,
    keys: of.keys,
    rows: of.rows,
    bytes: of.bytes,
    quarantined_keys: of.quarantinedKeys,
    known_at: of.knownAt,
    rebuild_id: of.rebuildId,
    since: of.since,
    retained_until: of.retainedUntil,
  };
}
