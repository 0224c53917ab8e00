import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { add, decimal, format, subtract, sum } from '../../../domain/decimal.ts';
import { isoDate, day } from '../../../domain/dates.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { parsePeriods } from '../../../domain/returns/periods.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { subjectPerformance } from '../../../projections/queries/performance.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import type { ReadContext } from '../../../projections/queries/reading.ts';
import { ofPortfolio } from '../../../projections/queries/subject.ts';
import type { SubjectRef } from '../../../projections/queries/subject.ts';
import { subjectTimeseries } from '../../../projections/queries/timeseries.ts';
import type { TimeseriesRow } from '../../../projections/queries/timeseries.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { createRandom } from '../../support/random.ts';
import type { Random } from '../../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../../support/workload.ts';

let books: Books;
let queries: Queries;

const ofGroup = (...ids: string[]): SubjectRef => ({ kind: 'group', group: ids.join(',') });

async function rows(ref: SubjectRef, context: ReadContext = {}): Promise<readonly TimeseriesRow[]> {
  const query = { frequency: 'daily', options: DEFAULT_RETURN_OPTIONS } as const;
  const reading = await subjectTimeseries(queries.reader, ref, query, { limit: 10_000 }, context);
  if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
  return reading.value.rows;
}

async function performance(ref: SubjectRef) {
  const parsed = parsePeriods('MTD,QTD,YTD,SI,2025-01,2025-02');
  const periods = parsed.ok ? parsed.value : [];
  const options = { ...DEFAULT_RETURN_OPTIONS, annualiseShort: true };
  const reading = await subjectPerformance(queries.reader, ref, { periods, options });
  if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
  const { portfolio_id: _, portfolio_ids: __, group_id: ___, ...figures } = reading.value;
  return figures;
}

/** What leaves a portfolio and, most of the time, comes into another on the same day. */
function transfer(random: Random, id: string): Fact[] {
  const [from, to] = [random.pick(PORTFOLIOS), random.pick(PORTFOLIOS)];
  const date = isoDate(day('2025-01-01') + random.below(25));
  const size = String(1 + random.below(3));
  const cash = random.below(2) === 0;
  const security = cash ? 'CASH_EUR' : 'EU1';
  const what = cash ? { gross_transaction_amount: `${size}00` } : { quantity: size };
  const sides = [
    facts.transaction(from, 'TRANSFER_OUT', security, date, { transaction_id: `${id}-o`, ...what }),
    facts.transaction(to, 'TRANSFER_IN', security, date, { transaction_id: `${id}-i`, ...what }),
  ];
  return random.below(4) === 0 ? sides.slice(random.below(2)).slice(0, 1) : sides;
}

describe.each([7, 31])('any history (seed %i)', (seed) => {
  /** What the groups showed at each position. */
  const shown: { position: number; all: readonly TimeseriesRow[]; two: readonly TimeseriesRow[] }[] = [];

  beforeAll(async () => {
    books = await openBooks();
    const tables = books.db.open({ searchPath: 'gen_a,public' });
    const { current } = createReadModels(async () => tables);
    queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
    const random = createRandom(seed);
    const workload = createWorkload('w', random);
    const opening = openingFacts().map((fact) =>
      fact.event.type === 'PortfolioOpened' && fact.event.data.portfolio_id === 'P4'
        ? { ...fact, event: { ...fact.event, data: { ...fact.event.data, base_currency: 'USD' } } }
        : fact,
    );
    await books.project(...opening, facts.portfolio('P5'));
    for (let batch = 0; batch < 4; batch++) {
      const mixed = Array.from({ length: 16 }, (_, i) =>
        i % 4 === 3 ? transfer(random, `x${batch}-${i}`) : [workload.next()],
      );
      await books.project(...mixed.flat());
      shown.push({
        position: await books.log.head(),
        all: await rows(ofGroup(...PORTFOLIOS)),
        two: await rows(ofGroup('P1', 'P2')),
      });
    }
  });

  afterAll(() => books.close());

  test('a group of one is the portfolio, and one that has nothing changes nothing', async () => {
    for (const id of PORTFOLIOS) {
      const [series, figures] = [await rows(ofPortfolio(id)), await performance(ofPortfolio(id))];
      expect(series.length).toBeGreaterThan(15);
      expect(await rows(ofGroup(id, id))).toEqual(series);
      expect(await performance(ofGroup(id, id))).toEqual(figures);
      expect(await rows(ofGroup(id, 'P5'))).toEqual(series);
      expect(await performance(ofGroup(id, 'P5'))).toEqual(figures);
    }
  });

  test('money adds up, and what went between members is in no flow', async () => {
    const parts = [await rows(ofPortfolio('P1')), await rows(ofPortfolio('P2'))];
    const whole = shown.at(-1)!.two;
    expect(whole).toHaveLength(Math.min(parts[0]!.length, parts[1]!.length));
    const net = (row: TimeseriesRow) => add(decimal(row.bod_cashflow), decimal(row.eod_cashflow));
    let internal = 0;
    for (const [i, row] of whole.entries()) {
      const ofDay = parts.map((part) => part[i]!);
      const total = (name: 'bod_market_value' | 'eod_market_value' | 'income' | 'fees' | 'taxes' | 'cost') =>
        format(sum(ofDay.map((part) => decimal(part[name]))));
      for (const name of ['bod_market_value', 'eod_market_value', 'income', 'fees', 'taxes', 'cost'] as const)
        expect([row.date, name, format(decimal(row[name]))]).toEqual([row.date, name, total(name)]);
      expect(format(net(row))).toBe(format(sum(ofDay.map(net))));
      const inflow = subtract(
        sum(ofDay.map((part) => decimal(part.bod_cashflow))),
        decimal(row.bod_cashflow),
      );
      if (format(inflow) !== '0') internal++;
    }
    expect(internal).toBeGreaterThan(0);
  });

  test('as it was known then is as it was then, and the order of members tells nothing', async () => {
    const withoutEpoch = (series: readonly TimeseriesRow[]) => series.map(({ epoch: _, ...row }) => row);
    for (const { position, all, two } of shown) {
      const context = { knownAt: { position } };
      expect(withoutEpoch(await rows(ofGroup('P2', 'P1'), context))).toEqual(withoutEpoch(two));
      expect(withoutEpoch(await rows(ofGroup(...PORTFOLIOS), context))).toEqual(withoutEpoch(all));
    }
  });
});
