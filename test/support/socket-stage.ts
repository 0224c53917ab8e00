/** A hub over the prices of a database, with clients that are gone when the test is over. */
import { expect } from 'vitest';
import { createSocketHub } from '../../api/sockets/hub.ts';
import type { SocketHub } from '../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../api/sockets/limits.ts';
import type { SocketLimits } from '../../api/sockets/limits.ts';
import type { Database } from '../../infra/database/database.ts';
import { createSnapshotReads } from '../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../projections/logger.ts';
import { createMarketEvents } from '../../projections/market/model.ts';
import type { MarketEvents, Snapshot } from '../../projections/market/model.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import { storePrices } from './snapshots.ts';
import { connectSocket } from './socket-client.ts';
import type { SocketClient } from './socket-client.ts';

export const T = 1_755_851_400_000;

/** Run, last first, when a test is over. */
const endings: (() => Promise<unknown>)[] = [];

export function afterwards(end: () => Promise<unknown>): void {
  endings.push(end);
}

export async function endStage(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

export function storeFour(database: Database): Promise<Snapshot[]> {
  return storePrices(database, [
    { symbol: 'AAPL', price: 187.32, timestamp: T, volume: 300, bid: 187.31, ask: 187.33 },
    { symbol: 'MSFT', price: 415.5, timestamp: T + 1 },
    { symbol: 'BRK.A', price: 700_000, timestamp: T + 2 },
    { symbol: 'BRK.B', price: 465.1, timestamp: T + 3 },
  ]);
}

export interface Stage {
  readonly hub: SocketHub;
  readonly events: MarketEvents;
  readonly url: string;
  readonly dropped: Record<string, number>;
  connect(options?: Parameters<typeof connectSocket>[1]): Promise<SocketClient>;
}

export async function openStage(
  database: Database,
  limits: Partial<SocketLimits> = {},
  reads?: SnapshotReads,
): Promise<Stage> {
  const failures: unknown[] = [];
  const events = createMarketEvents((error) => failures.push(error));
  const dropped: Record<string, number> = {};
  const hub = createSocketHub({
    snapshots: reads ?? createSnapshotReads(database),
    events,
    limits: { ...DEFAULT_SOCKET_LIMITS, ...limits },
    logger: SILENT_LOGGER,
    metrics: {
      socketMessages: () => undefined,
      socketDropped: (reason, count) => void (dropped[reason] = (dropped[reason] ?? 0) + count),
      sockets: () => undefined,
    },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  afterwards(async () => {
    await hub.close();
    expect(failures).toEqual([]);
    expect(hub.counts()).toMatchObject({ connections: 0, subscriptions: 0 });
  });
  return {
    hub,
    events,
    url,
    dropped,
    async connect(options) {
      const client = await connectSocket(url, options);
      afterwards(() => client.close());
      return client;
    },
  };
}

let clock = T + 1_000;
/** A moment after all before. */
export const clockTick = () => clock++;

/** A change as the tick store tells it: later than all before. */
export function change(symbol: string, price: number, at = clock++): Snapshot {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    symbol,
    price,
    timestamp: at,
    created_at: '2025-08-22T08:30:00.000000Z',
    updated_at: '2025-08-22T08:30:00.000000Z',
  };
}
export const publish = (events: MarketEvents, ...snapshots: Snapshot[]) =>
  events.publish({ type: 'prices', snapshots });
export const pricesOf = (client: SocketClient, symbol?: string) =>
  client.told
    .filter((told) => told.type === 'price_update' && (symbol === undefined || told.symbol === symbol))
    .map((told) => told.data?.['price']);
