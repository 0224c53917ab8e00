/** What the market-data service has done, in the form that its monitors know. */
import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import type { Api, ApiEnv } from '../http/context.ts';
import { noParams } from '../reads/parameters.ts';
import { marketEndpoint, marketReply } from './endpoint.ts';
import { success } from './reply.ts';

export interface RequestCounts {
  /** Counts what passes it: to be put before the endpoints. */
  readonly middleware: MiddlewareHandler<ApiEnv>;
  requests(): number;
  /** Those answered with a status of 400 and more. */
  errors(): number;
}

export function createRequestCounts(): RequestCounts {
  let requests = 0;
  let errors = 0;
  return {
    middleware: async (c, next) => {
      requests++;
      await next();
      if (c.res.status >= 400) errors++;
    },
    requests: () => requests,
    errors: () => errors,
  };
}

export interface StatsDependencies {
  readonly reads: Pick<SnapshotReads, 'stats'>;
  readonly counts: RequestCounts;
  readonly uptimeSeconds: () => number;
  readonly poolStats: () => {
    readonly totalCount: number;
    readonly idleCount: number;
    readonly waitingCount: number;
  };
}

const stats = z
  .object({
    service: z.object({
      uptime: z.number().meta({ description: 'Seconds.' }),
      requestCount: z.int(),
      errorCount: z.int().meta({ description: 'Answered with 400 and more.' }),
      errorRate: z.number().meta({ description: 'The fraction of errors.' }),
    }),
    database: z.object({
      totalSnapshots: z.int(),
      latestUpdate: z.string().nullable().meta({ description: 'ISO instant.' }),
      poolStats: z.object({ totalCount: z.int(), idleCount: z.int(), waitingCount: z.int() }),
    }),
    timestamp: z.int().meta({ description: 'Unix milliseconds.' }),
  })
  .meta({ id: 'MarketStats' });

export function registerStats(api: Api, dependencies: StatsDependencies): void {
  const { reads, counts, uptimeSeconds, poolStats } = dependencies;
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/stats',
      allPortfolios: true,
      summary: 'Requests, errors and prices of this process',
      params: noParams,
      query: z.strictObject({}),
      replies: { 200: marketReply('The figures.', { data: stats }) },
    },
    async (c) => {
      const [requestCount, errorCount] = [counts.requests(), counts.errors()];
      return success(c, {
        service: {
          uptime: uptimeSeconds(),
          requestCount,
          errorCount,
          errorRate: requestCount === 0 ? 0 : errorCount / requestCount,
        },
        database: { ...(await reads.stats()), poolStats: poolStats() },
        timestamp: Date.now(),
      });
    },
  );
}
