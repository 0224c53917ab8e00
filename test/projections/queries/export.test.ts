import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoDate } from '../../../domain/dates.ts';
import { exportPortfolioDays, exportPositionDays } from '../../../projections/queries/export.ts';
import type {
  ExportModels,
  HistoryKey,
  PositionDayOf,
  Segment,
} from '../../../projections/queries/export.ts';

const START = 15_000;
/** As the export has them: what it loads at once. */
const PAGE_ROWS = 5_000;

interface History {
  readonly first: number;
  readonly days: number;
}

function keyOf({ first, days }: History, n: number): HistoryKey {
  return {
    portfolio_no: n,
    portfolio_id: `P${String(n).padStart(6, '0')}`,
    base_currency: 'EUR',
    security_no: 1,
    security_id: 'S',
    currency: 'EUR',
    first_date: isoDate(START + first),
    last_date: isoDate(START + first + days - 1),
  };
}

/** Books whose rows are one a day; remembers what it was asked for. */
function booksOf(histories: readonly History[]) {
  const keys = histories.map(keyOf);
  const asked: (readonly Segment[])[] = [];
  const keyPages: number[] = [];
  const models: ExportModels = {
    snapshot: (work) =>
      work({
        position: async () => 7,
        known: async (ids) => ids.filter((id) => keys.some((key) => key.portfolio_id === id)),
        securityIsKnown: async (id) => id === 'S',
        positionKeys: async ({ portfolioIds }, after, limit) => {
          const page = keys
            .filter((key) => portfolioIds?.includes(key.portfolio_id) ?? true)
            .filter((key) => after === undefined || key.portfolio_id > after.portfolio_id)
            .slice(0, limit);
          keyPages.push(page.length);
          return page;
        },
        portfolioKeys: async () => [],
        positionDays: async (segments) => {
          asked.push(segments);
          return segments.flatMap(rowsOf);
        },
        portfolioDays: async () => [],
      }),
  };
  return { keys, models, asked, keyPages };
}

function rowsOf({ from, to }: Segment, i: number): PositionDayOf[] {
  return datesOf(from, to).map((date) => ({
    segment: i + 1,
    date,
    bod_market_value: null,
    bod_cashflow_position: null,
    eod_cashflow_position: null,
    bod_cashflow_portfolio: null,
    eod_cashflow_portfolio: null,
    eod_market_value: null,
    income: '0',
    fees: '0',
    taxes: '0',
    quantity: '1.500',
    cost: '2',
    bod_fx_rate: null,
    fx_rate: null,
    valuation_status: 'UNVALUED',
    epoch: 0,
    bod_market_value_base: null,
    bod_cashflow_base: null,
    eod_cashflow_base: null,
    eod_market_value_base: null,
    cost_base: null,
    estimated: false,
  }));
}

function datesOf(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000)
    dates.push(new Date(ms).toISOString().slice(0, 10));
  return dates;
}

async function exportedDays(models: ExportModels, query: Parameters<typeof exportPositionDays>[1]) {
  const days: string[] = [];
  const outcome = await exportPositionDays(models, query, {}, async ({ pages }) => {
    for await (const page of pages) {
      expect(page.length).toBeGreaterThan(0);
      for (const row of page) days.push(`${row.portfolio_id} ${row.date}`);
    }
  });
  expect(outcome.status).toBe('found');
  return days;
}

test('every day of every history comes once, in order, a bounded number at a time', async () => {
  const history = fc.record({
    first: fc.nat(400),
    days: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.nat(12_000)),
  });
  const bound = fc.option(fc.integer({ min: -10, max: 900 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(history, { maxLength: 8 }), bound, bound, async (histories, from, to) => {
      const { keys, models, asked } = booksOf(histories.filter(({ days }) => days > 0));
      const range = {
        ...(from === undefined ? {} : { from: isoDate(START + from) }),
        ...(to === undefined ? {} : { to: isoDate(START + to) }),
      };
      const expected = keys.flatMap((key) =>
        datesOf(key.first_date, key.last_date)
          .filter((date) => date >= (range.from ?? '') && date <= (range.to ?? '9999'))
          .map((date) => `${key.portfolio_id} ${date}`),
      );
      expect(await exportedDays(models, range)).toEqual(expected);
      for (const segments of asked)
        expect(
          segments.flatMap(({ from: first, to: last }) => datesOf(first, last)).length,
        ).toBeLessThanOrEqual(PAGE_ROWS);
    }),
    { numRuns: 40 },
  );
});

test('many short histories are read together', async () => {
  const { keys, models, asked, keyPages } = booksOf(
    Array.from({ length: 4_100 }, () => ({ first: 0, days: 2 })),
  );
  expect(await exportedDays(models, {})).toHaveLength(2 * keys.length);
  expect(keyPages).toEqual([2_000, 2_000, 100]);
  // 8,200 days.
  expect(asked).toHaveLength(2);
});

test('a portfolio that the caller may not know of is as if it were not there', async () => {
  const { models, keys } = booksOf([
    { first: 0, days: 1 },
    { first: 0, days: 1 },
  ]);
  const [mine, other] = keys.map((key) => key.portfolio_id);
  const allowed = { portfolios: new Set([mine!]) };
  const seen: string[] = [];
  await exportPositionDays(models, {}, allowed, async ({ position, pages }) => {
    expect(position).toBeNull();
    for await (const page of pages) seen.push(...page.map((row) => row.portfolio_id));
  });
  expect(seen).toEqual([mine]);
  const never: ExportModels = { snapshot: () => Promise.reject(new Error('asked the database')) };
  const unknown = { status: 'not_found', what: 'portfolio', id: other };
  const receive = () => Promise.reject(new Error('received'));
  expect(await exportPositionDays(never, { portfolioIds: [other!] }, allowed, receive)).toEqual(unknown);
  expect(await exportPortfolioDays(never, { portfolioIds: [other!] }, allowed, receive)).toEqual(unknown);
});
