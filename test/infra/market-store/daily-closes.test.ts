import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCommandHandler } from '../../../commands/handler/handler.ts';
import { createMarketCloses } from '../../../commands/market-closes.ts';
import type { MarketCloses } from '../../../commands/market-closes.ts';
import { createDailyCloses } from '../../../infra/market-store/daily-closes.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);

let books: Books;
let closes: MarketCloses;
let errors: unknown[];
let now: number;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

beforeEach(async () => {
  errors = [];
  now = at('2025-08-20T12:00:00Z');
  await books.db.database.query('truncate historical_ohlcv, bar_progress, symbols restart identity cascade');
  closes = createMarketCloses({
    closes: createDailyCloses(books.db.database, async () => books.db.open({ searchPath: 'gen_a,public' })),
    commands: createCommandHandler({
      log: books.log,
      clock: () => '2025-09-01T00:00:00.000000Z',
      linkedSecurities: async () => [],
    }),
    now: () => now,
    onError: (error) => errors.push(error),
  });
});

/** Bars of trading days; the last one closes an hour after its own midnight is over. */
async function givenBars(
  symbol: string,
  exchange: string,
  bars: readonly (readonly [date: string, close: string, ticks?: number])[],
): Promise<void> {
  const { database } = books.db;
  await database.query('insert into symbols (symbol, exchange) values ($1, $2)', [symbol, exchange]);
  await database.query(
    `insert into historical_ohlcv
     select symbol_no, date, close, close, close, close, 1, ticks, case when ticks > 0 then 0 end,
            case when ticks > 0 then 0 end
     from unnest($2::timestamptz[], $3::numeric[], $4::integer[]) as b (date, close, ticks)
     cross join (select symbol_no from symbols where symbol = $1) s`,
    [symbol, bars.map(([date]) => date), bars.map(([, close]) => close), bars.map(([, , n]) => n ?? 1)],
  );
  const newest = bars.at(-1)![0];
  await database.query(
    `insert into bar_progress (symbol_no, tier, newest, closes_at)
     select symbol_no, 'historical', $2, $3 from symbols where symbol = $1`,
    [symbol, newest, new Date(at(newest) + 25 * HOUR).toISOString()],
  );
}

async function pricesOf(securityId: string): Promise<[string, string][]> {
  const prices: [string, string][] = [];
  for (const event of await books.log.readFeed(0, 1_000))
    if (event.type === 'PricesRecorded' && event.data.security_id === securityId)
      for (const [date, price] of event.data.prices) prices.push([date, price]);
  return prices;
}

describe('closes of trading days', () => {
  it('become prices once the day is over, each once', async () => {
    await books.project(facts.security('SEC_A', 'USD', { symbol: 'AAPL.O' }));
    await givenBars('AAPL', 'XNAS', [
      ['2025-08-18', '230.89'],
      ['2025-08-19', '230.56'],
      ['2025-08-20', '226.01'],
    ]);
    expect(await closes.step()).toBe(2);
    expect(await closes.step()).toBe(0);
    expect(await pricesOf('SEC_A')).toEqual([
      ['2025-08-18', '230.89'],
      ['2025-08-19', '230.56'],
    ]);
    now = at('2025-08-21T02:00:00Z');
    expect(await closes.step()).toBe(1);
    expect((await pricesOf('SEC_A')).at(-1)).toEqual(['2025-08-20', '226.01']);
    expect(errors).toEqual([]);
  });

  it('never replace a price that is known', async () => {
    await books.project(
      facts.security('SEC_B', 'EUR', { symbol: 'bas' }),
      facts.prices('SEC_B', 'EUR', [['2025-08-18', '44.4']]),
    );
    await givenBars('BAS', 'XETR', [
      ['2025-08-18', '44.5'],
      ['2025-08-19', '45'],
      ['2025-08-20', '46'],
    ]);
    expect(await closes.step()).toBe(1);
    expect(await pricesOf('SEC_B')).toEqual([
      ['2025-08-18', '44.4'],
      ['2025-08-19', '45'],
    ]);
  });

  it('never replace a price that is in the log, though nobody has registered it yet', async () => {
    await books.project(facts.security('SEC_LAG', 'EUR', { symbol: 'LAG' }));
    await books.append(facts.prices('SEC_LAG', 'EUR', [['2025-08-18', '7']]));
    await givenBars('LAG', '24x7', [
      ['2025-08-18', '8'],
      ['2025-08-19', '9'],
      ['2025-08-20', '10'],
    ]);
    expect(await closes.step()).toBe(1);
    expect(await pricesOf('SEC_LAG')).toEqual([
      ['2025-08-18', '7'],
      ['2025-08-19', '9'],
    ]);
  });

  it('are of securities of the same exchange, where their symbol names one', async () => {
    await books.project(
      facts.security('SEC_LONDON', 'GBP', { symbol: 'VOD.L' }),
      facts.security('SEC_NASDAQ', 'USD', { symbol: 'VOD.O' }),
      facts.security('SEC_ANY', 'USD', { symbol: 'VOD' }),
    );
    await givenBars('VOD', 'XNAS', [
      ['2025-08-18', '11.5'],
      ['2025-08-20', '11.6'],
    ]);
    expect(await closes.step()).toBe(2);
    expect(await pricesOf('SEC_LONDON')).toEqual([]);
    expect(await pricesOf('SEC_NASDAQ')).toEqual([['2025-08-18', '11.5']]);
    expect(await pricesOf('SEC_ANY')).toEqual([['2025-08-18', '11.5']]);
  });

  it('are not taken from a provider, whose bars may be adjusted', async () => {
    await books.project(facts.security('SEC_P', 'USD', { symbol: 'PROV' }));
    await givenBars('PROV', '24x7', [
      ['2025-08-17', '1', 0],
      ['2025-08-18', '2'],
      ['2025-08-20', '3'],
    ]);
    expect(await closes.step()).toBe(1);
    expect(await pricesOf('SEC_P')).toEqual([['2025-08-18', '2']]);
  });

  it('of symbols that no security carries are passed over for good', async () => {
    await givenBars('NOBODY', '24x7', [
      ['2025-08-18', '2'],
      ['2025-08-20', '3'],
    ]);
    expect(await closes.step()).toBe(0);
    const [row] = await books.db.database.query<{ through: string }>(
      `select to_char(priced_through, 'YYYY-MM-DD') as through from bar_progress`,
    );
    expect(row?.through).toBe('2025-08-18');
  });
});
