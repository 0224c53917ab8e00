/** What a process of each role does, and where it listens. */
import type { ListeningHost } from '../../infra/config/access.ts';
import type { Config } from '../../infra/config/config.ts';
import type { Cause } from '../../projections/register/model.ts';
import { causesOf } from '../../projections/shares.ts';
import type { ServeRole } from '../app.ts';

/** Facts that come as messages; each role's consumer group takes the topics of its own. */
export type TopicShare = 'facts' | 'market' | 'regeneration';

export interface RoleDuties {
  /** Serves commands, reads and rebuilds, besides health and metrics. */
  readonly api: boolean;
  /** Keeps the projections going: with the marks of these causes, or of all. */
  readonly projects: readonly Cause[] | 'all' | undefined;
  readonly consumes: readonly TopicShare[];
  /** Publishes the outbox and dead letters, unless another process is at it. */
  readonly publishes: boolean;
  /** Orders the aggregation of complete days. */
  readonly schedules: boolean;
  /** Advances the business date at the configured hour. */
  readonly closesDays: boolean;
  /** Serves prices, bars and alerts; takes ticks in from Kafka and keeps bars and alerts going. */
  readonly market: 'serves' | 'keeps' | undefined;
}

export const DUTIES: Readonly<Record<ServeRole, RoleDuties>> = {
  all: {
    api: true,
    projects: 'all',
    consumes: ['facts', 'market', 'regeneration'],
    publishes: true,
    schedules: true,
    closesDays: true,
    market: 'keeps',
  },
  api: {
    api: true,
    projects: undefined,
    consumes: [],
    publishes: false,
    schedules: false,
    closesDays: false,
    market: 'serves',
  },
  positions: {
    api: false,
    projects: causesOf('positions'),
    consumes: ['facts'],
    publishes: true,
    schedules: false,
    closesDays: false,
    market: undefined,
  },
  timeseries: {
    api: false,
    projects: causesOf('timeseries'),
    consumes: ['regeneration'],
    publishes: true,
    schedules: true,
    closesDays: true,
    market: undefined,
  },
  'market-data': {
    api: false,
    projects: undefined,
    consumes: ['market'],
    publishes: true,
    schedules: false,
    closesDays: false,
    market: 'keeps',
  },
};

const PORTS: Readonly<Record<ServeRole, number>> = {
  all: 8080,
  api: 8080,
  positions: 8081,
  timeseries: 8085,
  'market-data': 3001,
};
const MARKET_DATA_METRICS_PORT = 9091;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a role serves HTTP: `PORT` says it for any role but market data, which has its own variables. */
export function addressOf(role: ServeRole, { http, marketData }: Config): Address {
  return role === 'market-data'
    ? { host: marketData.restHost, port: marketData.restPort }
    : { host: http.host, port: http.port ?? PORTS[role] };
}

/** Where WebSocket is served besides `/ws` of that address; `undefined` for nowhere else. */
export function webSocketAddressOf(role: ServeRole, { marketData }: Config): Address | undefined {
  if (role !== 'market-data') return undefined;
  return { host: marketData.webSocketHost, port: marketData.webSocketPort };
}

/** Every host that a role serves callers on, with the variable that says it; metrics of their own port apart. */
export function listeningHosts(role: ServeRole, { http, marketData }: Config): readonly ListeningHost[] {
  if (role !== 'market-data') return [{ variable: 'HOST', host: http.host }];
  return [
    { variable: 'REST_API_HOST', host: marketData.restHost },
    { variable: 'WEBSOCKET_HOST', host: marketData.webSocketHost },
  ];
}

/** Where its metrics are served besides `/metrics` of that address; `undefined` for nowhere else. */
export function metricsAddressOf(
  role: ServeRole,
  { http, marketData, metrics }: Config,
): Address | undefined {
  if (!metrics.enabled) return undefined;
  const host = role === 'market-data' ? marketData.restHost : http.host;
  const port = metrics.port ?? (role === 'market-data' ? MARKET_DATA_METRICS_PORT : undefined);
  return port === undefined ? undefined : { host, port };
}
