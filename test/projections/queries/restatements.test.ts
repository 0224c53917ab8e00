import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streams } from '../../../domain/events.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { DEFAULT_MATERIALITY } from '../../../domain/returns/restatement.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import { restatement } from '../../../projections/queries/restatements.ts';
import type { RestatementQuery, RestatementReport } from '../../../projections/queries/restatements.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { opening, trade } from '../diff/support.ts';

let books: Books;
let queries: Queries;
/** The position at which the days were published. */
let published: number;

beforeEach(async () => {
  books = await openBooks();
  const pools = {
    gen_a: books.db.open({ searchPath: 'gen_a,public' }),
    gen_b: books.db.open({ searchPath: 'gen_b,public' }),
  };
  const { current } = createReadModels(async () => pools[await books.generations.active()]);
  queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
  await books.project(...opening, facts.security('BBB', 'EUR'));
  published = await books.log.head();
});
afterEach(() => books.close());

async function report(
  compare: RestatementQuery['compare'],
  more: Partial<RestatementQuery> = {},
): Promise<RestatementReport> {
  const query = { compare, materiality: DEFAULT_MATERIALITY, options: DEFAULT_RETURN_OPTIONS, ...more };
  const reading = await restatement(queries, 'P', query);
  return reading.status === 'ok' ? reading.value : expect.fail(JSON.stringify(reading));
}

const sinceThen = (more: Partial<RestatementQuery> = {}) =>
  report({ by: 'knowledge', from: { position: published } }, more);

function cancelled(id: string): Fact {
  return {
    streamId: streams.transactions('P', 'AAA'),
    event: {
      type: 'TransactionCancelled',
      data: { transaction_id: id, portfolio_id: 'P', security_id: 'AAA', reason: 'never happened' },
    },
  };
}

const LATE = trade('LATE', 'BUY', '2025-01-04', '5', '90');

describe('between two moments of knowledge', () => {
  test('each day names the events that changed it, and no others', async () => {
    const at = (offset: number) => published + offset;
    await books.project(
      LATE,
      // The next close is that of the 8th, which still opens at this value.
      facts.prices('AAA', 'EUR', [['2025-01-05', '106']]),
      // Known already, of nothing that is held, or another portfolio's.
      facts.prices('AAA', 'EUR', [['2025-01-03', '110']]),
      facts.prices('BBB', 'EUR', [['2025-01-04', '10']]),
      trade('ELSE', 'BUY', '2025-01-04', '1', '90', 'Q'),
      cancelled('T2'),
    );
    const { causes, more_causes: more, days } = await sinceThen();
    expect(causes).toEqual([
      {
        position: at(1),
        recorded_at: expect.any(String),
        cause: 'transaction',
        type: 'TransactionRecorded',
        security_id: 'AAA',
        from_date: '2025-01-04',
        transaction_id: 'LATE',
      },
      {
        position: at(2),
        recorded_at: expect.any(String),
        cause: 'price',
        type: 'PricesRecorded',
        security_id: 'AAA',
        from_date: '2025-01-05',
      },
      {
        position: at(6),
        recorded_at: expect.any(String),
        cause: 'cancellation',
        type: 'TransactionCancelled',
        security_id: 'AAA',
        from_date: '2025-01-06',
        transaction_id: 'T2',
      },
    ]);
    expect(more).toBe(0);
    const [late, price, cancel] = [at(1), at(2), at(6)];
    expect(days.map(({ date, causes: of }) => [date.slice(-2), of])).toEqual([
      ['04', [late]],
      ['05', [late, price]],
      ['06', [late, price, cancel]],
      ['07', [late, price, cancel]],
      ['08', [late, price, cancel]],
      ['09', [late, cancel]],
      ['10', [late, cancel]],
    ]);
  });

  test('what is no longer realised is told on its day', async () => {
    await books.project(cancelled('T2'));
    const { days } = await sinceThen();
    expect(days[0]).toMatchObject({
      date: '2025-01-06',
      before: { realized_gain: '24.00' },
      after: { realized_gain: '0.00' },
      delta: { realized_gain: '-24.00' },
    });
    expect(days[1]?.delta?.realized_gain).toBe('0.00');
  });

  test('positions are told when they are asked for', async () => {
    await books.project(cancelled('T2'));
    const { days } = await sinceThen({ positions: true });
    expect(days[0]?.positions).toEqual([
      {
        security_id: 'AAA',
        quantity_before: '6',
        quantity_after: '10',
        cost_basis_before: '600.00',
        cost_basis_after: '1000.00',
        market_value_before: '630.00',
        market_value_after: '1050.00',
        realized_gain_before: '24.00',
        realized_gain_after: '0.00',
      },
      expect.objectContaining({
        security_id: 'CASH_EUR',
        quantity_before: '9424',
        quantity_after: '9000',
      }),
    ]);
    expect((await sinceThen()).days[0]).not.toHaveProperty('positions');
  });

  test('new days are news and have no cause to tell', async () => {
    await books.project(
      facts.closeDay('2025-01-12'),
      trade('T3', 'BUY', '2025-01-11', '1', '120'),
      facts.prices('AAA', 'EUR', [['2025-01-12', '121']]),
    );
    expect(await sinceThen()).toMatchObject({ days: [], causes: [], more_causes: 0 });
  });

  test('many events are named up to a bound, and counted beyond it', async () => {
    await books.project(
      ...Array.from({ length: 103 }, (_, i) => trade(`L${i}`, 'BUY', '2025-01-04', '1', '90')),
    );
    const { causes, more_causes: more, days } = await sinceThen();
    expect(causes).toHaveLength(100);
    expect(causes.map(({ position }) => position)).toEqual(causes.map((_, i) => published + 1 + i));
    expect(more).toBe(3);
    expect(days[0]?.causes).toHaveLength(103);
  });
});

describe('between two epochs', () => {
  test('days name the event whose epoch changed them', async () => {
    await books.project(LATE);
    await books.project(facts.prices('AAA', 'EUR', [['2025-01-05', '106']]));
    const { causes, days } = await report({ by: 'epoch', from: 0 });
    expect(causes).toMatchObject([
      { position: published + 1, cause: 'transaction', transaction_id: 'LATE', from_date: '2025-01-04' },
      { position: published + 2, cause: 'price', type: 'PricesRecorded', from_date: '2025-01-05' },
    ]);
    expect(days.map(({ causes: of }) => of.map((position) => position - published))).toEqual([
      [1],
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
      [1],
      [1],
    ]);
    expect((await report({ by: 'epoch' })).causes).toMatchObject([{ position: published + 2 }]);
  });

  test('what was realised is told as each epoch had it', async () => {
    await books.project(cancelled('T2'));
    await books.project(LATE);
    const day = async (compare: RestatementQuery['compare']) =>
      (await report(compare)).days.find(({ date }) => date === '2025-01-06');
    expect(await day({ by: 'epoch', from: 0, to: 1 })).toMatchObject({
      before: { realized_gain: '24.00' },
      after: { realized_gain: '0.00' },
    });
    expect(await day({ by: 'epoch', from: 1, to: 2 })).toMatchObject({
      before: { realized_gain: '0.00' },
      after: { realized_gain: '0.00' },
    });
  });

  test('a position that was not there yet had realised nothing', async () => {
    const other = (id: string, type: 'BUY' | 'SELL', date: string, price: string) =>
      facts.transaction('P', type, 'BBB', date, {
        transaction_id: id,
        quantity: '1',
        price,
        gross_transaction_amount: price,
      });
    await books.project(
      facts.prices('BBB', 'EUR', [['2025-01-01', '10']]),
      other('B1', 'BUY', '2025-01-03', '10'),
      other('B2', 'SELL', '2025-01-07', '15'),
    );
    const { days } = await report({ by: 'epoch', from: 0 });
    expect(days.find(({ date }) => date === '2025-01-07')).toMatchObject({
      before: { realized_gain: '0.00' },
      after: { realized_gain: '5.00' },
    });
  });

  test('positions cannot be told', async () => {
    await books.project(LATE);
    const reading = await restatement(queries, 'P', {
      compare: { by: 'epoch' },
      materiality: DEFAULT_MATERIALITY,
      options: DEFAULT_RETURN_OPTIONS,
      positions: true,
    });
    expect(reading).toMatchObject({ status: 'rejected', errors: [{ field: 'detail' }] });
  });
});

describe('epochs that a rebuild has replaced', () => {
  const compare = { by: 'epoch', from: 0, to: 2 } as const;

  beforeEach(async () => {
    await books.project(LATE);
    await books.projections.rebuild({ all: true });
  });

  test('are read where they are retained', async () => {
    expect(await report(compare)).toMatchObject({
      compared: { from: 0, to: 2 },
      // The rebuild changed no figure.
      causes: [{ transaction_id: 'LATE' }],
      days: expect.arrayContaining([
        expect.objectContaining({ date: '2025-01-04', causes: [published + 1] }),
      ]),
    });
    // Nothing but the number of the epoch came of the rebuild.
    expect((await report({ by: 'epoch', from: 1, to: 2 })).days).toEqual([]);
    const before = await sinceThen();
    expect((await report(compare)).impact).toEqual(before.impact);
  });

  test('are no longer there once that is given up', async () => {
    await books.db.database.query(`update idle_generation set state = 'empty'`);
    const query = { compare, materiality: DEFAULT_MATERIALITY, options: DEFAULT_RETURN_OPTIONS };
    expect(await restatement(queries, 'P', query)).toMatchObject({
      status: 'rejected',
      errors: [{ field: 'from_epoch', rule: 'retained', message: expect.stringContaining('known_from') }],
    });
  });
});

test('an epoch that was pruned is not read with holes', async () => {
  await books.project(LATE);
  await books.project(facts.prices('AAA', 'EUR', [['2025-01-05', '106']]));
  await books.db.database.query(
    `insert into pruned_epochs (portfolio_no, security_no, below_epoch) select portfolio_no, 0, 1 from portfolios`,
  );
  const query = { materiality: DEFAULT_MATERIALITY, options: DEFAULT_RETURN_OPTIONS };
  expect(await restatement(queries, 'P', { ...query, compare: { by: 'epoch', from: 0 } })).toMatchObject({
    status: 'rejected',
    errors: [{ field: 'from_epoch', rule: 'retained' }],
  });
  expect(await restatement(queries, 'P', { ...query, compare: { by: 'epoch', from: 1 } })).toMatchObject({
    status: 'ok',
  });
});
