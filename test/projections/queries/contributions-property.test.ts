import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  decimal,
  equal,
  format,
  isZero,
  multiply,
  ONE,
  round,
  subtract,
  sum,
  ZERO,
} from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import type { ReturnOptions } from '../../../domain/returns/model.ts';
import { parsePeriods } from '../../../domain/returns/periods.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import type { ContributionLine } from '../../../projections/queries/contribution-view.ts';
import { subjectAttribution } from '../../../projections/queries/attribution.ts';
import { subjectContributions } from '../../../projections/queries/contributions.ts';
import type { ContributionsQuery, PeriodContributions } from '../../../projections/queries/contributions.ts';
import { DIMENSIONS } from '../../../projections/queries/dimension.ts';
import { subjectPerformance } from '../../../projections/queries/performance.ts';
import type { PeriodView } from '../../../projections/queries/period-view.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import type { ReadContext } from '../../../projections/queries/reading.ts';
import { segmentPerformance } from '../../../projections/queries/segments.ts';
import { ofPortfolio } from '../../../projections/queries/subject.ts';
import type { SubjectRef } from '../../../projections/queries/subject.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { createRandom } from '../../support/random.ts';
import type { Random } from '../../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../../support/workload.ts';

let books: Books;
let queries: Queries;

const ALL: SubjectRef = { kind: 'group', group: PORTFOLIOS.join(',') };
const SUBJECTS: readonly SubjectRef[] = [ofPortfolio('P1'), ofPortfolio('P2'), ALL];
const PERIODS = periods('SI,MTD,2025-01,2025-02');

function periods(names: string) {
  const parsed = parsePeriods(names);
  return parsed.ok ? parsed.value : [];
}

async function contributions(
  ref: SubjectRef,
  query: Partial<ContributionsQuery> = {},
  context: ReadContext = {},
): Promise<readonly PeriodContributions[]> {
  const asked = { periods: PERIODS, by: 'position', options: DEFAULT_RETURN_OPTIONS, ...query } as const;
  const reading = await subjectContributions(queries.reader, ref, asked, context);
  if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
  return reading.value.periods;
}

async function performance(
  ref: SubjectRef,
  options: ReturnOptions = DEFAULT_RETURN_OPTIONS,
  currency?: string,
): Promise<readonly PeriodView[]> {
  const query = { periods: PERIODS, options, ...(currency === undefined ? {} : { currency }) };
  const reading = await subjectPerformance(queries.reader, ref, query);
  if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
  return reading.value.periods;
}

function numberOf(line: ContributionLine, member: string): Decimal {
  const text: unknown = Reflect.get(line, member);
  return typeof text === 'string' ? decimal(text) : ZERO;
}

function byCauses(line: ContributionLine, figure: 'contribution' | 'gain'): Decimal {
  const [price, currency, income, fees, taxes] = ['price', 'currency', 'income', 'fees', 'taxes'].map(
    (cause) => numberOf(line, `${figure}_${cause}`),
  );
  return subtract(subtract(sum([price!, currency!, income!]), fees!), taxes!);
}

/** Every sum that a table promises, on the texts as they are printed. */
function expectAddsUp({ lines, total }: PeriodContributions): void {
  const known = lines.filter(({ kind }) => kind === 'part');
  for (const line of known) {
    expect(format(byCauses(line, 'gain')), line.key).toBe(format(decimal(line.gain!)));
    if (line.contribution !== null)
      expect(format(byCauses(line, 'contribution')), line.key).toBe(line.contribution);
  }
  const columns = Object.keys(total).filter((member) => /contribution|gain|value|flows|weight/.test(member));
  for (const column of columns) {
    if (Reflect.get(total, column) === null) continue;
    const added = sum(lines.map((line) => numberOf(line, column)));
    expect(format(added), column).toBe(format(numberOf(total, column)));
  }
}

/** A purchase of euros with dollars or the other way round, at a rate of its own. */
function exchange(random: Random, id: string): Fact {
  const date = `2025-01-${String(5 + random.below(20)).padStart(2, '0')}`;
  return facts.transaction(random.pick(PORTFOLIOS), 'EXCHANGE', 'CASH_EUR', date, {
    transaction_id: id,
    target_security_id: 'CASH_USD',
    quantity: String(100 + random.below(900)),
    ratio: `1.${10 + random.below(20)}`,
  });
}

function cost(random: Random, id: string): Fact {
  const date = `2025-01-${String(5 + random.below(20)).padStart(2, '0')}`;
  const [security, currency] = random.pick([
    ['CASH_EUR', 'EUR'],
    ['US1', 'USD'],
    ['EU1', 'EUR'],
  ] as const);
  return facts.transaction(random.pick(PORTFOLIOS), random.pick(['FEE', 'TAX'] as const), security, date, {
    transaction_id: id,
    currency,
    gross_transaction_amount: String(1 + random.below(9)),
  });
}

function move(random: Random, id: string): Fact[] {
  const [from, to] = [random.pick(PORTFOLIOS), random.pick(PORTFOLIOS)];
  const date = `2025-01-${String(5 + random.below(20)).padStart(2, '0')}`;
  const what = { gross_transaction_amount: String(100 * (1 + random.below(9))) };
  return [
    facts.transaction(from, 'WITHDRAWAL', 'CASH_EUR', date, { transaction_id: `${id}-o`, ...what }),
    facts.transaction(to, 'DEPOSIT', 'CASH_EUR', date, { transaction_id: `${id}-i`, ...what }),
  ];
}

describe.each([42])('any history (seed %i)', (seed) => {
  beforeAll(async () => {
    books = await openBooks();
    const tables = books.db.open({ searchPath: 'gen_a,public' });
    const { current } = createReadModels(async () => tables);
    queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
    const random = createRandom(seed);
    const workload = createWorkload('w', random);
    await books.project(
      ...openingFacts(),
      ...Array.from({ length: 70 }, () => workload.next()),
      ...Array.from({ length: 8 }, (_, i) => exchange(random, `x${i}`)),
      ...Array.from({ length: 10 }, (_, i) => cost(random, `c${i}`)),
      ...Array.from({ length: 6 }, (_, i) => move(random, `m${i}`)).flat(),
      facts.closeDay('2025-02-20'),
    );
  });
  afterAll(() => books.close());

  test('lines add up to what performance says, as printed', async () => {
    const options: ReturnOptions[] = [
      DEFAULT_RETURN_OPTIONS,
      { basis: 'gross', taxes: 'before', flowTiming: 'end' },
    ];
    let defined = 0;
    for (const ref of SUBJECTS)
      for (const [i, option] of options.entries())
        for (const currency of [undefined, 'USD']) {
          const by = DIMENSIONS[(i * 3 + (currency ? 1 : 0)) % DIMENSIONS.length]!;
          const query = { by, options: option, ...(currency === undefined ? {} : { currency }) };
          const tables = await contributions(ref, query);
          const figures = await performance(ref, option, currency);
          for (const [n, table] of tables.entries()) {
            expectAddsUp(table);
            const of = figures[n]!;
            expect(table.total).toMatchObject({
              contribution: of.twr,
              gain: of.gain,
              begin_market_value: of.begin_market_value,
              end_market_value: of.end_market_value,
            });
            if (of.gain !== null)
              expect(format(numberOf(table.total, 'flows'))).toBe(
                format(add(decimal(of.inflows!), decimal(of.outflows!))),
              );
            if (of.twr !== null) defined += 1;
          }
        }
    expect(defined).toBeGreaterThan(12);
  });

  test('books that derive their cash leave nothing unattributed', async () => {
    for (const ref of SUBJECTS)
      for (const table of await contributions(ref, { currency: 'EUR' }))
        expect(table.lines.map(({ kind }) => kind)).not.toContain('unattributed');
  });

  test('income, fees and taxes are those of performance', async () => {
    for (const ref of SUBJECTS) {
      const figures = await performance(ref);
      for (const [n, { total }] of (await contributions(ref)).entries()) {
        const { income, fees, taxes, gain } = figures[n]!;
        if (gain !== null)
          expect(total).toMatchObject({ gain_income: income, gain_fees: fees, gain_taxes: taxes });
      }
    }
  });

  test('months link to the whole: each contribution times the growth before its month', async () => {
    for (const ref of SUBJECTS) {
      const [whole] = await contributions(ref, { periods: periods('SI') });
      const months = await contributions(ref, { periods: periods('SI'), frequency: 'month' });
      if (whole!.total.contribution === null) continue;
      let growth = ONE;
      const linked = new Map<string, Decimal>();
      for (const { lines, total } of months) {
        for (const line of lines) {
          const key = `${line.portfolio_id} ${line.key}`;
          const grown = multiply(decimal(line.contribution ?? '0'), growth);
          linked.set(key, add(linked.get(key) ?? ZERO, grown));
        }
        growth = multiply(growth, add(ONE, decimal(total.contribution ?? '0')));
      }
      for (const line of whole!.lines) {
        const difference = subtract(
          linked.get(`${line.portfolio_id} ${line.key}`) ?? ZERO,
          decimal(line.contribution!),
        );
        // Months are printed to twelve places, and are multiplied here.
        expect(isZero(round(difference, 10)), line.key).toBe(true);
      }
    }
  });

  test('a replay of the whole log says the same', async () => {
    const knownAt = { position: await books.log.head() };
    // The reader would use the tables for the present, so the replay is asked directly.
    const model = await createKnownAt(books.log)(knownAt.position);
    const replayed = createQueries({ current: (work) => work(model), at: async () => model }, books.log);
    const tables = queries;
    for (const ref of SUBJECTS)
      for (const by of ['position', 'currency'] as const) {
        const stored = [await contributions(ref, { by }), await segments(ref, by), await effects(ref)];
        queries = replayed;
        const again = [await contributions(ref, { by }), await segments(ref, by), await effects(ref)];
        queries = tables;
        expect(again).toEqual(stored);
      }
  });

  test('the segment that holds everything has the return of the whole', async () => {
    for (const ref of PORTFOLIOS.map(ofPortfolio)) {
      const figures = await performance(ref);
      const rows = await segments(ref, 'portfolio');
      expect(rows).toHaveLength(PERIODS.length);
      for (const [n, { twr, mwr, gain, inflows, outflows }] of figures.entries())
        expect(rows[n]).toMatchObject({ twr, mwr, gain, inflows, outflows });
    }
  });

  async function segments(ref: SubjectRef, by: 'position' | 'currency' | 'portfolio') {
    const query = { by, periods: PERIODS, options: DEFAULT_RETURN_OPTIONS };
    const reading = await segmentPerformance(queries.reader, ref, query);
    if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
    return reading.value.segments;
  }

  test('the gains of segments are those of contributions', async () => {
    for (const ref of SUBJECTS) {
      const tables = await contributions(ref, { by: 'currency' });
      const rows = await segments(ref, 'currency');
      for (const table of tables)
        for (const line of table.lines) {
          const row = rows.find(({ key, period }) => key === line.key && period === table.period);
          if (row?.gain)
            expect(equal(round(subtract(decimal(row.gain), decimal(line.gain!)), 8), ZERO)).toBe(true);
        }
    }
  });

  async function effects(ref: SubjectRef, by: 'currency' | 'type' | 'security' = 'currency') {
    const query = {
      benchmark: 'security:EU1',
      by,
      currencyEffect: by === 'type' ? 'merged' : 'apart',
      periods: PERIODS,
      options: DEFAULT_RETURN_OPTIONS,
    } as const;
    const reading = await subjectAttribution(queries.reader, ref, query);
    if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
    return reading.value.periods;
  }

  test('the effects of an attribution add up to the difference of the printed returns', async () => {
    let defined = 0;
    for (const ref of SUBJECTS)
      for (const by of ['currency', 'type', 'security'] as const) {
        for (const { lines, total } of await effects(ref, by)) {
          if (total.effect === null) continue;
          defined += 1;
          const { portfolio_return: own, benchmark_return: benchmark } = total;
          expect(total.effect).toBe(format(subtract(decimal(own!), decimal(benchmark!))));
          expect(format(sum(lines.map((line) => decimal(line.effect!))))).toBe(total.effect);
          for (const { kind, allocation, selection, interaction, currency, effect } of [...lines, total]) {
            if (kind === 'unattributed') continue;
            const effects = [allocation!, selection!, interaction!, currency ?? '0'].map((each) =>
              decimal(each),
            );
            expect(format(sum(effects))).toBe(effect);
          }
          expect(lines.map(({ kind }) => kind)).not.toContain('unattributed');
        }
      }
    expect(defined).toBeGreaterThan(5);
  });
});
