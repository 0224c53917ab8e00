import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFxTable } from '../../../domain/books/fx.ts';
import { day } from '../../../domain/dates.ts';
import { createLiveBooks } from '../../../infra/market-store/live-books.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createLiveValues } from '../../../projections/market/live-values.ts';
import type { LiveNews, LiveValues, LiveValuesOptions } from '../../../projections/market/live-values.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { Snapshot } from '../../../projections/market/model.ts';
import { portfolioValue } from '../../../projections/market/portfolio-value.ts';
import type { Holding, PortfolioValue } from '../../../projections/market/portfolio-value.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { priceChange, storePrices } from '../../support/snapshots.ts';

const NOON = Date.UTC(2025, 7, 20, 12);

describe('the value of holdings', () => {
  const holding = (over: Partial<Holding>): Holding => ({
    security_id: 'SEC',
    symbol: null,
    currency: 'USD',
    cash: false,
    quantity: '10',
    market_price: '100',
    price_date: '2025-08-19',
    ...over,
  });
  const fx = createFxTable([{ from: 'EUR', to: 'USD', rates: [[day('2025-08-18'), '1.25']] }]);
  const value = (positions: Holding[], prices: Snapshot[] = []): PortfolioValue =>
    portfolioValue(
      { portfolio_id: 'P', currency: 'EUR', tag: '1', positions },
      (symbol) => prices.find((price) => price.symbol === symbol),
      fx,
      '2025-08-20T12:00:00.000Z',
    );

  test('live prices where there are any, the last close elsewhere, exactly', () => {
    const live = value(
      [
        holding({ security_id: 'A', symbol: 'AAPL', quantity: '3.00000001' }),
        holding({ security_id: 'B', symbol: 'NONE', currency: 'EUR' }),
        holding({ security_id: 'C', cash: true, market_price: '1', quantity: '-50.5' }),
      ],
      [priceChange('AAPL', 0.1, NOON)],
    );
    expect(live).toMatchObject({
      market_value: '959.8400000008',
      as_of: '2025-08-20T12:00:00.000Z',
      priced: 2,
      stale: 1,
      unvalued: 0,
    });
    expect(live.positions).toEqual([
      {
        security_id: 'A',
        symbol: 'AAPL',
        currency: 'USD',
        quantity: '3.00000001',
        price: '0.1',
        live: true,
        price_at: '2025-08-20T12:00:00.000Z',
        market_value_local: '0.300000001',
        market_value: '0.2400000008',
      },
      expect.objectContaining({
        security_id: 'B',
        live: false,
        price_at: '2025-08-19',
        market_value: '1000.00',
      }),
      expect.objectContaining({ security_id: 'C', market_value_local: '-50.50', market_value: '-40.40' }),
    ]);
  });

  test('a tick of a day before the last close is not live', () => {
    const old = value([holding({ symbol: 'AAPL' })], [priceChange('AAPL', 1, Date.UTC(2025, 7, 18, 23))]);
    expect(old).toMatchObject({
      market_value: '800.00',
      stale: 1,
      positions: [{ price: '100', live: false }],
    });
  });

  test('what has no price or no rate is not in the sum, and said to be so', () => {
    expect(
      value([holding({ market_price: null, price_date: null }), holding({ currency: 'XXX' })]),
    ).toMatchObject({
      market_value: '0.00',
      unvalued: 2,
      positions: [
        { price: null, market_value: null },
        { market_value_local: '1000.00', market_value: null },
      ],
    });
  });
});

describe('watching', () => {
  let books: Books;
  const open: LiveValues[] = [];
  const events = createMarketEvents((error) => {
    throw error;
  });

  beforeAll(async () => {
    books = await openBooks();
    await books.project(
      facts.portfolio('P1', { cash: 'explicit' }),
      facts.security('SEC_AAPL', 'USD', { symbol: 'aapl.O' }),
      facts.fx('USD', 'EUR', [['2025-08-01', '0.5']]),
      facts.prices('SEC_AAPL', 'USD', [['2025-08-15', '100']]),
      facts.transaction('P1', 'BUY', 'SEC_AAPL', '2025-08-15', {
        transaction_id: 'T1',
        quantity: '10',
        price: '100',
        currency: 'USD',
      }),
      facts.closeDay('2025-08-15'),
    );
  });
  afterAll(() => books.close());
  afterEach(() => {
    for (const values of open.splice(0)) values.close();
  });

  function start(options: Partial<LiveValuesOptions> = {}): LiveValues {
    const pools = {
      gen_a: books.db.open({ searchPath: 'gen_a,public' }),
      gen_b: books.db.open({ searchPath: 'gen_b,public' }),
    };
    const values = createLiveValues({
      books: createLiveBooks(async () => pools[await books.generations.active()]),
      snapshots: createSnapshotReads(books.db.database),
      events,
      logger: SILENT_LOGGER,
      now: Date.now,
      everyMs: 1,
      refreshMs: 20,
      ...options,
    });
    open.push(values);
    return values;
  }

  function watch(values: LiveValues, id: string) {
    const news: LiveNews[] = [];
    const end = values.watch(id, (one) => news.push(one));
    return {
      news,
      end,
      worth: () => news.map((one) => (typeof one === 'string' ? one : one.market_value)),
    };
  }

  test('the last close, then each live price, then what changes in the books', async () => {
    const watched = watch(start(), 'P1');
    await expect.poll(watched.worth).toEqual(['500.00']);
    events.publish({
      type: 'prices',
      snapshots: [priceChange('AAPL', 120, NOON), priceChange('MSFT', 1, NOON)],
    });
    await expect.poll(watched.worth).toEqual(['500.00', '600.00']);
    await books.project(
      facts.transaction('P1', 'BUY', 'SEC_AAPL', '2025-08-15', {
        transaction_id: 'T2',
        quantity: '5',
        price: '100',
        currency: 'USD',
      }),
    );
    await expect.poll(() => watched.worth().at(-1)).toBe('900.00');
    watched.end();
    const heard = watched.news.length;
    events.publish({ type: 'prices', snapshots: [priceChange('AAPL', 130, NOON + 1)] });
    const other = watch(open[0]!, 'P1');
    await expect.poll(() => other.news.length).toBeGreaterThan(0);
    expect(watched.news.length).toBe(heard);
  });

  test('prices that are stored already count from the start', async () => {
    await storePrices(books.db.database, [{ symbol: 'AAPL', price: 200, timestamp: NOON }]);
    const watched = watch(start(), 'P1');
    await expect.poll(() => watched.worth().at(-1)).toBe('1500.00');
  });

  test('many changes are one value', async () => {
    const watched = watch(start({ everyMs: 100, refreshMs: 60_000 }), 'P1');
    await expect.poll(() => watched.news.length).toBeGreaterThan(0);
    for (let i = 1; i <= 1_000; i++)
      events.publish({ type: 'prices', snapshots: [priceChange('AAPL', 1_000 + i, NOON + 10 + i)] });
    await expect.poll(() => watched.worth().at(-1)).toBe('15000.00');
    expect(watched.news.length).toBeLessThanOrEqual(3);
  });

  test('an unknown portfolio, and one too many', async () => {
    const values = start({ maxPortfolios: 2 });
    const unknown = watch(values, 'NOPE');
    await expect.poll(() => unknown.news).toEqual(['unknown']);
    const known = watch(values, 'P1');
    watch(values, 'P2');
    const surplus = watch(values, 'P3');
    await expect.poll(() => surplus.news).toEqual(['busy']);
    await expect.poll(() => known.news.length).toBeGreaterThan(0);
  });
});
