/** The whole API, market data included, over books in which every list has something to show. */
import type { MarketDependencies } from '../../api/market/app.ts';
import { openAccess } from '../../api/access/access.ts';
import type { Access } from '../../api/access/access.ts';
import { LOCAL } from '../../domain/access/principal.ts';
import { calendarOf, createCalendars } from '../../domain/market/calendars/calendars.ts';
import { createAccessKeys } from '../../commands/access/keys.ts';
import { createKeyStore } from '../../infra/access-store/keys.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import { createAlertStore } from '../../infra/market-store/alerts.ts';
import { createAnalyticsReader } from '../../infra/market-store/analytics-reads.ts';
import { createAnalyticsStore } from '../../infra/market-store/analytics.ts';
import { createBarReader } from '../../infra/market-store/bars.ts';
import { createSnapshotReads } from '../../infra/market-store/snapshots.ts';
import { createSymbolBook } from '../../infra/market-store/symbols.ts';
import { createTickStore } from '../../infra/market-store/tick-store.ts';
import { createMarketEvents } from '../../projections/market/model.ts';
import { createTickIntake } from '../../projections/market/ticks.ts';
import { addSymbol, DAY, fiveMinuteBars, wander, writeBars } from '../infra/market-store/bar-writer.ts';
import { createTestApi, transaction } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import type { TestDatabase } from '../support/database.ts';

const WEEK = ['10', '11', '12', '13', '14', '15', '16', '17'].map((day) => `2025-08-${day}`);

const TRANSACTIONS = [
  transaction('T1', 'DEPOSIT', '2025-08-11', { security_id: 'CASH_USD', gross_transaction_amount: '10000' }),
  transaction('T2', 'BUY', '2025-08-12', { quantity: '10', price: '150', trade_fee: '5' }),
  transaction('T3', 'DIVIDEND', '2025-08-14', { gross_transaction_amount: '12' }),
  transaction('T4', 'SELL', '2025-08-15', { quantity: '4', price: '160', trade_fee: '1' }),
];

/** A Wednesday, at which market data stops. */
export const MARKET_NOW = Date.UTC(2025, 7, 20, 15);

/** @param overrides parts of the API to be others than those of the tests */
export async function createStage(overrides: Parameters<typeof createTestApi>[0] = {}): Promise<TestApi> {
  return createTestApi(async (test) => ({
    market: await market(test),
    keys: createAccessKeys({
      store: createKeyStore(test.database),
      log: createPostgresEventLog({ database: test.open({ searchPath: 'public' }) }),
      clock: () => `${new Date().toISOString().slice(0, 23)}000Z`,
      onRevoked: () => undefined,
    }),
    ...(typeof overrides === 'function' ? await overrides(test) : overrides),
  }));
}

/** Books, definitions and prices with the identifiers that the examples of the document name. */
export async function givenStage(api: TestApi): Promise<void> {
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_001', base_currency: 'USD', name: 'Growth' });
  await api.given('/v1/securities', {
    security_id: 'SEC_AAPL',
    currency: 'USD',
    name: 'Apple',
    type: 'equity',
  });
  // One by one, since several at once are recorded in any order, and examples tell positions.
  for (const one of TRANSACTIONS) await api.given('/v1/transactions', one);
  for (const [i, date] of WEEK.slice(2).entries())
    await api.given('/v1/prices', { security_id: 'SEC_AAPL', date, price: String(150 + i * 2) });
  await api.given('/v1/business-dates', { date: '2025-08-17' });
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_002', base_currency: 'USD', name: 'Income' });
  await api.given('/v1/fx-rates', {
    from_currency: 'EUR',
    to_currency: 'USD',
    date: '2025-08-11',
    rate: '1.1625',
  });
  await api.given('/v1/securities', {
    security_id: 'SEC_WORLD',
    currency: 'USD',
    type: 'fund',
    name: 'World',
  });
  await api.given(
    '/v1/prices',
    WEEK.map((date, i) => ({ security_id: 'SEC_WORLD', date, price: `${80 + i}` })),
  );
  await api.given('/v1/series', {
    series_id: 'BOND_INDEX',
    kind: 'level',
    currency: 'USD',
    name: 'Bonds, total return',
  });
  await api.given(
    '/v1/series-values',
    WEEK.map((date, i) => ({ series_id: 'BOND_INDEX', date, value: `${412 - i}` })),
  );
  await api.given('/v1/benchmarks', {
    benchmark_id: 'BALANCED',
    name: '60 % shares, 40 % bonds',
    currency: 'USD',
    rebalancing: 'monthly',
    components: [
      { weight: '0.6', security_id: 'SEC_WORLD' },
      { weight: '0.4', series_id: 'BOND_INDEX' },
    ],
  });
  await api.given('/v1/groups', {
    group_id: 'FAMILY',
    name: 'The family',
    portfolio_ids: ['PORT_001', 'PORT_002'],
  });
  const tick = { ric: 'AAPL.O', price: 187.32, timestamp: MARKET_NOW - 1_000, volume: 100 };
  const taken = await api.post('/api/ticks', tick);
  if (taken.status !== 200) throw new Error(`no tick was taken: ${await taken.text()}`);
}

/** Open to everybody until it is locked; then to whoever has the token. */
export function createLock(token: string): { readonly access: Access; lock(): void } {
  let locked = false;
  return {
    access: {
      ...openAccess([]),
      get required() {
        return locked;
      },
      knows: (given) => given === token,
      authenticate: async (given) => (given === token ? LOCAL : 'invalid'),
    },
    lock: () => void (locked = true),
  };
}

async function market(test: TestDatabase): Promise<MarketDependencies> {
  const database = test.open({ searchPath: 'public' });
  const now = () => MARKET_NOW;
  const events = createMarketEvents(() => undefined);
  const store = createTickStore({ database, calendarOf, events });
  const symbolNo = await addSymbol(database, 'AAPL', 'XNAS');
  await writeBars(database, symbolNo, 'intraday', fiveMinuteBars(1, MARKET_NOW - DAY, 288));
  await writeBars(database, symbolNo, 'historical', days());
  const analytics = createAnalyticsStore({ database });
  await analytics.advance('intraday', MARKET_NOW, 0);
  await analytics.advance('historical', MARKET_NOW, 0);
  return {
    snapshots: createSnapshotReads(database),
    bars: createBarReader({ database, calendarOf, now }),
    analytics: createAnalyticsReader({ database, now }),
    symbols: createSymbolBook({ database, calendars: createCalendars(), now, intradayDays: 30 }),
    alerts: createAlertStore({
      database,
      abilities: { webhookHosts: ['hooks.internal'], webhookSecret: false, kafka: true },
    }),
    takeTicks: createTickIntake({ store, now }).takeAll,
    poolStats: () => database.poolStats(),
    uptimeSeconds: () => 12.5,
    bodyLimitBytes: 1024 * 1024,
  };
}

/** The two hundred days before the last one. */
function days() {
  const last = Date.UTC(2025, 7, 19);
  return Array.from({ length: 200 }, (_, index) => ({
    time: last + (index - 199) * DAY,
    close: wander(2, index),
  }));
}
