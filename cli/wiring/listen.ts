/** What a process serves: the API of its role, prices over WebSocket, health and metrics. */
import type { Access } from '../../api/access/access.ts';
import { createApi } from '../../api/app.ts';
import type { Health, Observer, ProbeResult } from '../../api/ports.ts';
import { createStatusApi } from '../../api/status-app.ts';
import type { AccessKeys } from '../../commands/access/keys.ts';
import type { Config } from '../../infra/config/config.ts';
import type { Database } from '../../infra/database/database.ts';
import type { ProcessMetrics } from '../../infra/metrics/metrics.ts';
import type { ExportModels } from '../../projections/queries/export.ts';
import type { Logger } from '../../projections/logger.ts';
import type { EndedExport } from '../../projections/metrics.ts';
import type { RebuildJobs } from '../../projections/rebuild/jobs.ts';
import type { Projections } from '../../projections/service.ts';
import type { App, Listening, ServeRole } from '../app.ts';
import { serveApi, serveMetrics } from './http.ts';
import type { MarketData } from './market.ts';
import { addressOf, DUTIES, metricsAddressOf, webSocketAddressOf } from './roles.ts';
import type { Streams } from './streams.ts';

export interface ServedParts {
  readonly role: ServeRole;
  readonly config: Config;
  readonly commands: App['commands'];
  readonly queries: App['queries'];
  readonly exports: ExportModels;
  readonly projections: Projections;
  readonly rebuilds: RebuildJobs;
  readonly streams: Streams | undefined;
  readonly market: MarketData | undefined;
  readonly access: Access;
  readonly keys: AccessKeys;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
  readonly main: Database;
}

/** Resolves when every port is open. */
export async function listen(parts: ServedParts): Promise<Listening> {
  const { role, config, streams, metrics, logger, main } = parts;
  const started = Date.now();
  const health: Health = {
    uptimeSeconds: () => (Date.now() - started) / 1000,
    check: async () => ({
      database: await probe(main),
      ...(streams ? { kafka: await streams.health() } : {}),
    }),
  };
  const observer: Observer = {
    request: ({ requestId, ...request }) => {
      metrics.httpRequest(request);
      logger.debug('request', { correlation_id: requestId, ...request });
    },
    failure: (requestId, error) => logger.error('a request failed', { correlation_id: requestId, error }),
  };
  const { access } = parts;
  if (!access.required)
    logger.warn('access is not controlled: whoever reaches this address may do everything', {
      address: addressOf(role, config).host,
    });
  const shared = { health, observer, access, ...(config.metrics.enabled ? { metrics } : {}) };
  const { market } = parts;
  const prices = market && {
    market: {
      ...market.api,
      uptimeSeconds: health.uptimeSeconds,
      corsOrigins: config.http.corsOrigins,
    },
  };
  const api = DUTIES[role].api
    ? createApi({ ...shared, ...prices, ...apiParts(parts) })
    : createStatusApi({ ...shared, ...prices });
  const server = await serveApi(api, addressOf(role, config), config.http, market?.hub);
  const others: Pick<Listening, 'close'>[] = [];
  const close = async () => {
    // Closing the server closes the sockets, wherever they came in.
    await Promise.all([server, ...others].map((listening) => listening.close()));
  };
  try {
    const sockets = webSocketAddressOf(role, config);
    if (market && sockets) await market.hub.listen(sockets);
    const address = metricsAddressOf(role, config);
    if (address) others.push(await serveMetrics(metrics, config.metrics.path, address, config.http));
    return { url: server.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function apiParts(parts: ServedParts) {
  const { config, commands, queries, exports: models, projections, rebuilds, keys, metrics } = parts;
  return {
    commands,
    queries,
    exports: { models, observe: (ended: EndedExport) => metrics.exported(ended) },
    projections,
    rebuilds,
    generations: projections,
    keys,
    config: {
      bodyLimitBytes: config.http.bodyLimitBytes,
      streamMaxRows: config.http.streamMaxRows,
      projectionTimeoutMs: config.projection.timeoutMs,
      corsOrigins: config.http.corsOrigins,
    },
  };
}

async function probe(database: Database): Promise<ProbeResult> {
  try {
    await database.query('select 1');
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
