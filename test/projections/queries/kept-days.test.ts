import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { parsePeriods } from '../../../domain/returns/periods.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { subjectContributions } from '../../../projections/queries/contributions.ts';
import { subjectPerformance } from '../../../projections/queries/performance.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import type { ReadModels } from '../../../projections/queries/read-model.ts';
import { ofPortfolio } from '../../../projections/queries/subject.ts';
import type { SubjectRef } from '../../../projections/queries/subject.ts';
import { subjectTimeseries } from '../../../projections/queries/timeseries.ts';
import { cancellation } from '../../support/amendments.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { createRandom } from '../../support/random.ts';
import type { Random } from '../../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../../support/workload.ts';

let books: Books;
let current: ReadModels['current'];
/** Which days were asked of the tables. */
const asked: string[] = [];
const ofGroup = (...ids: string[]): SubjectRef => ({ kind: 'group', group: ids.join(',') });
const parsed = parsePeriods('MTD,YTD,SI,2025-01');
const periods = parsed.ok ? parsed.value : [];

/** The days and the figures of a subject, in its own currency and in another. */
async function shown({ reader }: Queries, ref: SubjectRef, currencies: readonly (string | undefined)[]) {
  const found = [];
  for (const currency of currencies) {
    const asked = currency === undefined ? {} : { currency };
    const series = await subjectTimeseries(
      reader,
      ref,
      { frequency: 'daily', options: DEFAULT_RETURN_OPTIONS, ...asked },
      { limit: 10_000 },
    );
    const figures = await subjectPerformance(reader, ref, {
      periods,
      options: { ...DEFAULT_RETURN_OPTIONS, annualiseShort: true },
      risk: { frequency: 'daily', confidence: 0.9 },
      ...asked,
    });
    const gains = await subjectContributions(reader, ref, {
      periods,
      options: DEFAULT_RETURN_OPTIONS,
      by: 'position',
      ...asked,
    });
    found.push(series, figures, gains);
  }
  return found;
}

async function open(): Promise<void> {
  books = await openBooks();
  const pools = {
    gen_a: books.db.open({ searchPath: 'gen_a,public' }),
    gen_b: books.db.open({ searchPath: 'gen_b,public' }),
  };
  const models = createReadModels(async () => pools[await books.generations.active()]);
  current = (work) =>
    models.current((model) =>
      work({
        ...model,
        portfolioDays: (id, range) => {
          asked.push(`${id} from ${range.from ?? 'the first'}`);
          return model.portfolioDays(id, range);
        },
        groupDays: (ids, range) => {
          asked.push(`group from ${range.from ?? 'the first'}`);
          return model.groupDays(ids, range);
        },
      }),
    );
}

const fresh = () => createQueries({ current }, books.log);

/** Cash or units that leave a portfolio, most of the time into another; or a first day that moves. */
function crossing(random: Random, id: string): Fact[] {
  const [from, to] = [random.pick(PORTFOLIOS), random.pick(PORTFOLIOS)];
  if (random.below(6) === 0)
    return [
      facts.transaction(from, 'DEPOSIT', 'CASH_EUR', '2024-12-28', {
        transaction_id: `${id}-early`,
        gross_transaction_amount: '7',
      }),
    ];
  const date = isoDate(day('2025-01-01') + random.below(25));
  const what = random.below(2) === 0 ? { gross_transaction_amount: '100' } : { quantity: '2' };
  const security = 'quantity' in what ? 'EU1' : 'CASH_EUR';
  return [
    facts.transaction(from, 'TRANSFER_OUT', security, date, { transaction_id: `${id}-o`, ...what }),
    facts.transaction(to, 'TRANSFER_IN', security, date, { transaction_id: `${id}-i`, ...what }),
  ];
}

describe.each([3, 19])('after any writes what is kept says what the tables say (seed %i)', (seed) => {
  beforeAll(open);
  afterAll(() => books.close());

  test('of portfolios and groups, in any currency', async () => {
    const random = createRandom(seed);
    const workload = createWorkload('w', random);
    const opening = openingFacts().map((fact) =>
      fact.event.type === 'PortfolioOpened' && fact.event.data.portfolio_id === 'P4'
        ? { ...fact, event: { ...fact.event, data: { ...fact.event.data, base_currency: 'USD' } } }
        : fact,
    );
    await books.project(...opening, facts.portfolio('P5'));
    const subjects = [...PORTFOLIOS.map(ofPortfolio), ofGroup(...PORTFOLIOS, 'P5'), ofGroup('P1', 'P2')];
    const warm = fresh();
    let parts = 0;
    for (let batch = 0; batch < 9; batch++) {
      const facts = Array.from({ length: 1 + random.below(4) }, (_, i) =>
        random.below(3) === 0 ? crossing(random, `x${batch}-${i}`) : [workload.next()],
      );
      await books.project(...facts.flat());
      if (batch === 6)
        await books.db
          .open({ searchPath: 'gen_a,public' })
          .query('delete from portfolio_timeseries where superseded_by is not null');
      const cold = fresh();
      const currencies = batch % 2 === 0 ? [undefined] : [undefined, 'USD'];
      for (const ref of subjects) {
        asked.length = 0;
        const kept = await shown(warm, ref, currencies);
        parts += asked.filter((each) => !each.endsWith('the first')).length;
        expect(kept).toEqual(await shown(cold, ref, currencies));
      }
    }
    expect(parts).toBeGreaterThan(9);
  });
});

describe('what is read again', () => {
  let queries: Queries;
  let count = 0;
  const deposit = (id: string, date: string) =>
    facts.transaction(id, 'DEPOSIT', 'CASH_EUR', date, {
      transaction_id: `d${++count}`,
      gross_transaction_amount: '10',
    });
  const closing = async (ref: SubjectRef) => {
    const query = { frequency: 'daily', options: DEFAULT_RETURN_OPTIONS } as const;
    const reading = await subjectTimeseries(queries.reader, ref, query, { limit: 100 });
    if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
    return reading.value.rows.map((row) => Number(row.eod_market_value));
  };
  const readAgain = async (ref: SubjectRef) => {
    asked.length = 0;
    await closing(ref);
    return asked;
  };

  beforeAll(async () => {
    await open();
    await books.project(
      ...['A', 'B'].map((id) => facts.portfolio(id)),
      deposit('A', '2025-01-01'),
      deposit('B', '2025-01-02'),
      facts.closeDay('2025-01-10'),
    );
  });
  beforeEach(async () => {
    queries = fresh();
    for (const ref of [ofPortfolio('A'), ofGroup('A', 'B')]) await closing(ref);
  });
  afterAll(() => books.close());

  test('nothing of what did not change', async () => {
    await books.project(deposit('B', '2025-01-06'));
    expect(await readAgain(ofPortfolio('A'))).toEqual([]);
  });

  test('the open day of what changed on it', async () => {
    await books.project(deposit('A', '2025-01-10'));
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from 2025-01-10']);
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from 2025-01-10']);
  });

  test('the days from the first restated one on', async () => {
    await books.project(deposit('A', '2025-01-07'));
    await books.project(deposit('A', '2025-01-05'));
    await books.project(deposit('A', '2025-01-09'));
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from 2025-01-05']);
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from 2025-01-05']);
  });

  test('the days that became final', async () => {
    await books.project(facts.closeDay('2025-01-12'));
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from 2025-01-10']);
    expect(await closing(ofPortfolio('A'))).toHaveLength(12);
  });

  test('all days when the first one moved', async () => {
    await books.project(deposit('A', '2024-12-31'));
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from the first']);
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from the first']);
    await books.project(cancellation(['A', 'CASH_EUR', `d${count}`]));
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from the first']);
  });

  test('what went between members anew, although no portfolio has another row', async () => {
    const cash = (id: string, type: 'DEPOSIT' | 'WITHDRAWAL', amount: string, transaction_id: string) =>
      facts.transaction(id, type, 'CASH_EUR', '2025-01-06', {
        transaction_id,
        gross_transaction_amount: amount,
      });
    const both = ofGroup('B', 'A');
    const flows = async () => {
      const query = { frequency: 'daily', options: DEFAULT_RETURN_OPTIONS } as const;
      const reading = await subjectTimeseries(queries.reader, both, query, { limit: 100 });
      if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
      const row = reading.value.rows.find(({ date }) => date === '2025-01-06')!;
      return [row.bod_cashflow, row.eod_cashflow];
    };
    await books.project(cash('A', 'WITHDRAWAL', '3', 'out'), cash('B', 'DEPOSIT', '3', 'in'));
    const [bod, eod] = (await flows()).map(Number);
    // Two deposits of the same sum are not what left the other.
    await books.project(
      cancellation(['B', 'CASH_EUR', 'in']),
      cash('B', 'DEPOSIT', '1', 'in-1'),
      cash('B', 'DEPOSIT', '2', 'in-2'),
    );
    asked.length = 0;
    expect((await flows()).map(Number)).toEqual([bod! + 3, eod! - 3]);
    expect(asked).not.toContain('group from the first');
  });

  test('a damaged row each time, until it is put right', async () => {
    const tables = books.db.open({ searchPath: 'gen_a,public' });
    const before = await closing(ofPortfolio('A'));
    const change = (by: number) =>
      tables.query(
        `update portfolio_timeseries set eod_market_value = eod_market_value + $1
         where portfolio_no = (select portfolio_no from portfolios where portfolio_id = 'A')
           and date = '2025-01-08' and superseded_by is null`,
        [by],
      );
    await change(1000);
    queries = fresh();
    const damaged = before.map((value, i) => (i === 7 ? value + 1000 : value));
    expect(await closing(ofPortfolio('A'))).toEqual(damaged);
    await change(-1000);
    expect(await closing(ofPortfolio('A'))).toEqual(before);
  });

  test('nothing twice by those who ask at once', async () => {
    await books.project(deposit('A', '2025-01-11'));
    asked.length = 0;
    await Promise.all(Array.from({ length: 5 }, () => closing(ofPortfolio('A'))));
    expect(asked).toEqual(['A from 2025-01-11']);
  });

  test('all days of another generation, and then again what changes in it', async () => {
    await books.projections.rebuild({ all: true });
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from the first']);
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from the first']);
    await books.project(deposit('A', '2025-01-12'));
    expect(await readAgain(ofPortfolio('A'))).toEqual(['A from 2025-01-12']);
    expect(await readAgain(ofGroup('A', 'B'))).toEqual(['group from 2025-01-12']);
  });
});
