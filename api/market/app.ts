/** The market-data API, put together from its parts. */
import type { AlertRules } from '../../projections/market/alert-rules.ts';
import type { AnalyticsReader } from '../../projections/market/analytics-reads.ts';
import type { BarReader, SymbolBook } from '../../projections/market/bars.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import type { TickIntake } from '../../projections/market/ticks.ts';
import type { Api } from '../http/context.ts';
import type { Observer } from '../ports.ts';
import { registerAlerts } from './alerts.ts';
import { registerAnalytics } from './analytics.ts';
import { registerData } from './data.ts';
import { reportFailures } from './endpoint.ts';
import { registerIndicators } from './indicators.ts';
import { registerSnapshots } from './snapshots.ts';
import { createRequestCounts, registerStats } from './stats.ts';
import type { StatsDependencies } from './stats.ts';
import { registerSymbols } from './symbols.ts';
import { registerTicks } from './ticks.ts';

export interface MarketDependencies {
  readonly snapshots: SnapshotReads;
  readonly bars: BarReader;
  readonly analytics: AnalyticsReader;
  readonly symbols: Pick<SymbolBook, 'list'>;
  readonly alerts: AlertRules;
  readonly takeTicks: TickIntake['takeAll'];
  readonly poolStats: StatsDependencies['poolStats'];
  readonly uptimeSeconds: () => number;
  readonly bodyLimitBytes: number;
}

/** Of one request; they are taken in a thousand at a time. */
const MAX_TICKS = 100_000;

/** The paths that market data has, which existing clients know. */
const PATHS = ['/api/*', '/analytics/*'];

/** Registers everything under `/api` and `/analytics`. */
export function registerMarket(api: Api, dependencies: MarketDependencies, observer: Observer): void {
  const counts = createRequestCounts();
  for (const path of PATHS) api.use(path, counts.middleware, reportFailures(observer));
  registerSnapshots(api, dependencies.snapshots);
  registerTicks(api, {
    take: dependencies.takeTicks,
    bodyLimitBytes: dependencies.bodyLimitBytes,
    maxTicks: MAX_TICKS,
  });
  registerData(api, dependencies);
  registerAnalytics(api, dependencies);
  registerIndicators(api, dependencies);
  registerSymbols(api, dependencies);
  registerAlerts(api, dependencies);
  registerStats(api, { ...dependencies, reads: dependencies.snapshots, counts });
}
