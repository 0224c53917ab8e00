/** The HTTP API, put together from its parts. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccessKeys } from '../commands/access/keys.ts';
import type { CommandHandler } from '../commands/handler/handler.ts';
import type { Queries } from '../projections/queries/queries.ts';
import { registerCommands } from './commands/commands.ts';
import { registerDocs } from './docs/docs.ts';
import { registerGenerations } from './generations.ts';
import { registerHealth, registerMetrics } from './health.ts';
import { openAccess } from './access/access.ts';
import type { Access } from './access/access.ts';
import { registerKeys } from './access/keys.ts';
import type { Api, ApiEnv } from './http/context.ts';
import { compression } from './http/compression.ts';
import { problemOf } from './http/failure.ts';
import { controlled, crossOrigin, observed, requestId, securityHeaders } from './http/middleware.ts';
import { PROBLEMS, problemResponse } from './http/problem.ts';
import { unmatched } from './http/unmatched.ts';
import type {
  ApiConfig,
  GenerationControl,
  Health,
  MetricsText,
  Observer,
  ProjectionWaiter,
  Rebuilds,
} from './ports.ts';
import { registerMarket } from './market/app.ts';
import type { MarketDependencies } from './market/app.ts';
import { exportReads } from './reads/exports.ts';
import type { ExportDependencies } from './reads/exports.ts';
import { registerReads } from './reads/reads.ts';
import { registerRebuilds } from './rebuilds.ts';

export interface ApiDependencies {
  readonly commands: CommandHandler;
  readonly queries: Queries;
  readonly projections: ProjectionWaiter;
  readonly rebuilds: Rebuilds;
  readonly generations: GenerationControl;
  readonly health: Health;
  /** Absent: no `/metrics`. */
  readonly metrics?: MetricsText;
  /** Absent: no market data. */
  readonly market?: MarketDependencies;
  /** Absent: nothing is required of anybody. */
  readonly access?: Access;
  /** Absent: no keys are handed out here. */
  readonly keys?: AccessKeys;
  /** Absent: no whole histories in one reply. */
  readonly exports?: ExportDependencies;
  readonly observer: Observer;
  readonly config: ApiConfig;
}

/** Everything under `/v1`, health, metrics and documentation. `fetch` of the result is the server's handler. */
export function createApi(dependencies: ApiDependencies): Api {
  const { observer, config } = dependencies;
  const api: Api = new OpenAPIHono<ApiEnv>();
  api.use(requestId(), observed(observer), crossOrigin(config.corsOrigins), securityHeaders());
  api.use(controlled(dependencies.access ?? openAccess(config.corsOrigins)), compression());
  api.onError((error, c) => {
    const problem = problemOf(error);
    const correlationId = c.get('requestId');
    if (PROBLEMS[problem.code][0] >= 500) observer.failure(correlationId, error);
    return problemResponse(problem, correlationId);
  });

  registerCommands(api, dependencies);
  registerReads(api, dependencies.queries);
  const { reader } = dependencies.queries;
  if (dependencies.exports) exportReads(api, reader, observer, dependencies.exports);
  registerRebuilds(api, { rebuilds: dependencies.rebuilds, resolve: (at) => reader.resolve(at), config });
  registerGenerations(api, dependencies.generations, config);
  if (dependencies.keys) registerKeys(api, dependencies.keys, config);
  if (dependencies.market) registerMarket(api, dependencies.market, observer);
  registerHealth(api, dependencies.health);
  if (dependencies.metrics) registerMetrics(api, dependencies.metrics);
  registerDocs(api);
  api.notFound(unmatched(api));
  return api;
}
