import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createBackfillStore } from '../../../infra/market-store/backfill.ts';
import { createBackfill } from '../../../projections/market/backfill.ts';
import type { BackfillRequest, BackfillRun } from '../../../projections/market/backfill.ts';
import { DAY_MS, FIVE_MINUTES_MS, ProviderError } from '../../../projections/market/provider.ts';
import type { BarProvider, BarRequest, ProviderBar } from '../../../projections/market/provider.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
});
afterAll(() => db.close());

const NOW = Date.parse('2025-08-01T12:00:00Z');
const ms = (text: string) => Date.parse(text.includes('T') ? text : `${text}T00:00:00Z`);

function backfill(now = NOW) {
  return createBackfill({ store: createBackfillStore(db.database), calendarOf, now: () => now });
}

let symbols = 0;
function request(over: Partial<BackfillRequest> = {}): BackfillRequest {
  return {
    symbol: `S${(symbols += 1)}`,
    exchange: 'XNYS',
    interval: '1day',
    from: day('2025-06-30'),
    to: day('2025-07-11'),
    ...over,
  };
}

function barAt(start: number, over: Partial<ProviderBar> = {}): ProviderBar {
  const figures = { open: '10', high: '12.5', low: '9', close: '11', volume: '100' };
  return { when: { at: start }, ...figures, where: `bar ${new Date(start).toISOString()}`, ...over };
}

interface Stub extends BarProvider {
  readonly asked: Pick<BarRequest, 'symbol' | 'from' | 'to'>[];
}

/** Has a bar for each day or five minutes that it is asked for, unless told otherwise. */
function provider(
  answer: (start: number) => ProviderBar | undefined = (start) => barAt(start),
  over: Partial<BarProvider> = {},
): Stub {
  const asked: Stub['asked'] = [];
  return {
    name: 'stub',
    maxBars: 1_000,
    remote: true,
    asked,
    async *bars({ symbol, interval, from, to }) {
      asked.push({ symbol, from, to });
      const step = interval === '1day' ? DAY_MS : FIVE_MINUTES_MS;
      const bars: ProviderBar[] = [];
      for (let start = from; start < to; start += step) {
        const bar = answer(start);
        if (bar) bars.push(bar);
      }
      yield bars;
    },
    ...over,
  };
}

const weekdays = (start: number) =>
  [0, 6].includes(new Date(start).getUTCDay()) || start === ms('2025-07-04') ? undefined : barAt(start);

async function run(of: BackfillRequest, by: BarProvider, options: Partial<BackfillRun> = {}, now = NOW) {
  const plan = await backfill(now).plan(of, by);
  return { plan, ...(await backfill(now).run(plan, { provider: by, ...options })) };
}

async function daily(symbol: string) {
  return db.database.query<{ date: string; open: string; close: string; ticks: number }>(
    `select (time at time zone 'UTC')::date as date, open, close, ticks
     from historical_ohlcv join symbols using (symbol_no) where symbol = $1 order by time`,
    [symbol],
  );
}

async function progress(symbol: string) {
  return db.database.query<{ tier: string; newest: string; closes_at: string; dirty_from: string | null }>(
    `select tier, newest, closes_at, dirty_from
     from bar_progress join symbols using (symbol_no) where symbol = $1 order by tier`,
    [symbol],
  );
}

describe('backfill of days', () => {
  it('stores a bar for each trading day, and asks nothing the second time', async () => {
    const of = request();
    const first = provider(weekdays);
    expect(await run(of, first)).toMatchObject({ requests: 1, inserted: 9, absent: 0, bad: 0 });
    expect(first.asked).toEqual([{ symbol: of.symbol, from: ms('2025-06-30'), to: ms('2025-07-12') }]);
    const stored = await daily(of.symbol);
    expect(stored.map(({ date }) => date)).toEqual([
      ...['2025-06-30', '2025-07-01', '2025-07-02', '2025-07-03'],
      ...['2025-07-07', '2025-07-08', '2025-07-09', '2025-07-10', '2025-07-11'],
    ]);
    expect(stored[0]).toMatchObject({ open: '10.00000000', close: '11.00000000', ticks: 0 });
    expect(await progress(of.symbol)).toEqual([
      {
        tier: 'historical',
        newest: '2025-07-11T00:00:00.000000Z',
        closes_at: expect.stringMatching(/^2025-07-11T20:/) as string,
        dirty_from: '2025-06-30T00:00:00.000000Z',
      },
    ]);
    const second = provider(weekdays);
    expect(await run(of, second)).toMatchObject({ requests: 0, inserted: 0, plan: { present: 9, holes: 0 } });
    expect(second.asked).toEqual([]);
  });

  it('asks for holes inside only, and leaves the bars that ticks made as they are', async () => {
    const of = request();
    await run(of, provider(weekdays));
    await db.database.query(
      `delete from historical_ohlcv using symbols
       where symbols.symbol_no = historical_ohlcv.symbol_no and symbol = $1
         and time in ('2025-07-02Z', '2025-07-03Z', '2025-07-07Z', '2025-07-10Z')`,
      [of.symbol],
    );
    await db.database.query(
      `update historical_ohlcv set ticks = 3, first_at = 1, last_at = 2, open = 77, high = 77
       from symbols where symbols.symbol_no = historical_ohlcv.symbol_no and symbol = $1 and time = '2025-07-08Z'`,
      [of.symbol],
    );
    const by = provider(weekdays);
    expect(await run(of, by)).toMatchObject({ requests: 2, inserted: 4 });
    expect(by.asked.map(({ from, to }) => [from, to])).toEqual([
      [ms('2025-07-02'), ms('2025-07-08')],
      [ms('2025-07-10'), ms('2025-07-11')],
    ]);
    expect(await daily(of.symbol)).toContainEqual({
      ...{ date: '2025-07-08', open: '77.00000000', close: '11.00000000', ticks: 3 },
    });
  });

  it('of a file asks for all at once, and yet tells the holes as they lie', async () => {
    const of = request();
    await run({ ...of, from: day('2025-07-02'), to: day('2025-07-03') }, provider(weekdays));
    const file = provider(weekdays, { remote: false });
    const { plan, ...counts } = await run(of, file);
    expect(plan.gaps.map(({ from, to, holes }) => [from, to, holes])).toEqual([
      [ms('2025-06-30'), ms('2025-07-02'), 2],
      [ms('2025-07-07'), ms('2025-07-12'), 5],
    ]);
    expect(counts).toMatchObject({ requests: 1, inserted: 7, bad: 0 });
  });

  it('leaves no bar without indicators that was the newest until then', async () => {
    const of = request();
    const parts = (from: string, to: string) =>
      run({ ...of, from: day(from), to: day(to) }, provider(weekdays));
    const indicated = (through: string | null) =>
      db.database.query(
        `update bar_progress set dirty_from = null, indicated_through = $2
         from symbols where symbols.symbol_no = bar_progress.symbol_no and symbol = $1`,
        [of.symbol, through],
      );
    const dirty = async () => (await progress(of.symbol))[0]?.dirty_from?.slice(0, 10);
    await parts('2025-06-30', '2025-07-01');
    // As ticks leave it: the newest bar is not over yet.
    await indicated('2025-06-30Z');
    await parts('2025-07-02', '2025-07-02');
    expect(await dirty()).toBe('2025-07-01');
    await indicated('2025-07-02Z');
    await parts('2025-07-03', '2025-07-03');
    expect(await dirty()).toBe('2025-07-03');
  });

  it('keeps requests to the size that a provider takes', async () => {
    const by = provider(weekdays, { maxBars: 4 });
    expect(await run(request(), by)).toMatchObject({ requests: 3, inserted: 9 });
  });

  it('remembers what the provider had nothing for, until told to ask again', async () => {
    const of = request();
    const holed = (start: number) =>
      start === ms('2025-07-02') || start === ms('2025-07-09') ? undefined : weekdays(start);
    expect(await run(of, provider(holed))).toMatchObject({ inserted: 7, absent: 2 });
    const second = provider();
    expect(await run(of, second)).toMatchObject({ requests: 0, plan: { holes: 0, knownAbsent: 2 } });
    // Another provider may have it.
    const other = await backfill().plan(of, provider(undefined, { name: 'other' }));
    expect(other).toMatchObject({ holes: 2, knownAbsent: 0 });
    const again = provider(weekdays);
    expect(await run({ ...of, again: true }, again)).toMatchObject({ requests: 2, inserted: 2 });
    expect(await run(of, provider())).toMatchObject({ requests: 0, plan: { present: 9, knownAbsent: 0 } });
  });

  it('takes nothing for absent that was over less than a day ago', async () => {
    const of = request();
    const soon = Date.parse('2025-07-11T23:00:00Z');
    const holed = (start: number) => (start === ms('2025-07-11') ? undefined : weekdays(start));
    expect(await run(of, provider(holed), {}, soon)).toMatchObject({ inserted: 8, absent: 1 });
    expect(await backfill().plan(of, provider())).toMatchObject({ holes: 1, knownAbsent: 0 });
  });

  it('goes on where it was stopped', async () => {
    const of = request();
    const controller = new AbortController();
    const stopping = provider(weekdays, { maxBars: 3 });
    const first = await run(of, stopping, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(first).toMatchObject({ requests: 1, inserted: 3 });
    const broken = provider(weekdays, {
      maxBars: 3,
      bars: () => {
        throw new ProviderError('unavailable', 'stub: gone');
      },
    });
    await expect(run(of, broken)).rejects.toThrow('stub: gone');
    const rest = provider(weekdays);
    expect(await run(of, rest)).toMatchObject({ requests: 1, inserted: 6 });
    expect(rest.asked[0]?.from).toBe(ms('2025-07-03'));
  });

  it('reports bad bars, keeps the good ones, and asks for the bad ones again', async () => {
    const of = request();
    const bad: Record<string, Partial<ProviderBar>> = {
      '2025-07-01': { high: '10.5' },
      '2025-07-02': { low: '10.5' },
      '2025-07-03': { close: '0' },
      '2025-07-07': { volume: '-1' },
      '2025-07-08': { open: 'NaN' },
    };
    const by = provider((start) => barAt(start, bad[new Date(start).toISOString().slice(0, 10)]));
    const faults: string[] = [];
    const done = await run(of, by, {
      onFault: ({ where, rule }) => faults.push(`${where.slice(4, 14)} ${rule}`),
    });
    expect(done).toMatchObject({ inserted: 4, bad: 8, absent: 0 });
    expect(faults).toEqual([
      '2025-07-01 high must not be below open or close',
      '2025-07-02 low must not be above open or close',
      '2025-07-03 prices must be greater than zero',
      ...['2025-07-04', '2025-07-05', '2025-07-06'].map((date) => `${date} ${date} is no trading day`),
      '2025-07-07 volume must not be below zero',
      '2025-07-08 open, high, low and close must be numbers of at most 12 digits before the point',
    ]);
    expect(await backfill().plan(of, by)).toMatchObject({ holes: 5, knownAbsent: 0 });
  });

  it('takes a moment for the date that the exchange had then, and midnight of UTC for that date', async () => {
    const sydney = request({ exchange: 'XASX', from: day('2025-07-01'), to: day('2025-07-02') });
    // Midnight in Sydney is the day before in UTC.
    const by = provider((start) => barAt(start, { when: { at: start - 10 * 3_600_000 } }));
    expect(await run(sydney, by)).toMatchObject({ inserted: 2, outside: 0 });
    expect((await daily(sydney.symbol)).map(({ date }) => date)).toEqual(['2025-07-01', '2025-07-02']);
  });
});

describe('backfill of five minutes', () => {
  const minutes = (over: Partial<BackfillRequest> = {}) =>
    request({ interval: '5min', from: day('2025-07-02'), to: day('2025-07-03'), ...over });

  it('fills the windows of sessions, with the day they belong to', async () => {
    const of = minutes();
    const by = provider();
    expect(await run(of, by)).toMatchObject({ requests: 1, inserted: 78 + 42, bad: 0 });
    const rows = await db.database.query<{ session_date: string; bars: number; first: string }>(
      `select session_date, count(*) as bars, min(time) as first
       from intraday_ohlcv join symbols using (symbol_no) where symbol = $1 group by 1 order by 1`,
      [of.symbol],
    );
    expect(rows).toEqual([
      { session_date: '2025-07-02', bars: 78, first: '2025-07-02T13:30:00.000000Z' },
      { session_date: '2025-07-03', bars: 42, first: '2025-07-03T13:30:00.000000Z' },
    ]);
    expect(await progress(of.symbol)).toEqual([
      {
        tier: 'intraday',
        newest: '2025-07-03T16:55:00.000000Z',
        closes_at: '2025-07-03T17:00:00.000000Z',
        dirty_from: '2025-07-02T13:30:00.000000Z',
      },
    ]);
  });

  it('refuses what is not on the grid, and what is not asked for counts as outside', async () => {
    const of = minutes({ to: day('2025-07-02') });
    const shifted = provider((start) => (start % 900_000 === 0 ? barAt(start + 60_000) : barAt(start)));
    expect(await run(of, shifted)).toMatchObject({ inserted: 52, bad: 26 });
    const [before] = await progress(of.symbol);
    expect(before?.newest).toBe('2025-07-02T19:55:00.000000Z');
    const early = provider((start) => barAt(start - 3_600_000));
    expect(await run(of, early)).toMatchObject({ inserted: 0, bad: 0, outside: 26, absent: 26 });
    expect(await backfill().plan(of, early)).toMatchObject({ holes: 0, knownAbsent: 26 });
  });

  it('asks for no more than lies in a gap, and moves nothing back', async () => {
    const of = minutes({ to: day('2025-07-02') });
    const gap = (from: string, to: string) => ({ ...of, within: { from: ms(from), to: ms(to) } });
    await run(gap('2025-07-02T15:01:00Z', '2025-07-02T15:12:00Z'), provider());
    const [later] = await progress(of.symbol);
    expect(await run(gap('2025-07-02T14:00:00Z', '2025-07-02T14:05:00Z'), provider())).toMatchObject({
      inserted: 1,
    });
    expect(later).toMatchObject({
      newest: '2025-07-02T15:10:00.000000Z',
      dirty_from: '2025-07-02T15:00:00.000000Z',
    });
    expect(await progress(of.symbol)).toEqual([{ ...later, dirty_from: '2025-07-02T14:00:00.000000Z' }]);
  });
});
