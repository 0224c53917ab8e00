import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decimal, format, tryDecimal } from '../../../domain/decimal.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { replayGroup } from '../../../projections/replay/group-reads.ts';
import type { MovementRow } from '../../../projections/queries/group-rows.ts';
import type { ReadModel, ReadModels } from '../../../projections/queries/read-model.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { createRandom } from '../../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../../support/workload.ts';

let books: Books;
let current: ReadModels['current'];

const transfer = { gross_transaction_amount: '300' };

beforeAll(async () => {
  books = await openBooks();
  const tables = books.db.open({ searchPath: 'gen_a,public' });
  ({ current } = createReadModels(async () => tables));
  const workload = createWorkload('w', createRandom(5));
  await books.project(
    ...openingFacts(),
    facts.transaction('P1', 'WITHDRAWAL', 'CASH_EUR', '2025-01-05', { transaction_id: 'a', ...transfer }),
    facts.transaction('P2', 'DEPOSIT', 'CASH_EUR', '2025-01-05', { transaction_id: 'b', ...transfer }),
    facts.transaction('P3', 'DEPOSIT', 'CASH_EUR', '2025-01-06', { transaction_id: 'c', ...transfer }),
    ...Array.from({ length: 60 }, () => workload.next()),
  );
});
afterAll(() => books.close());

/** Numbers without the zeros that say nothing, and without epochs, which differ by intent. */
function plain(rows: readonly object[]): unknown {
  const texts = JSON.stringify(rows, (name, value: unknown) => {
    if (name === 'epoch') return undefined;
    return typeof value === 'string' && tryDecimal(value) ? format(decimal(value)) : value;
  });
  return JSON.parse(texts);
}

async function answers(model: ReadModel): Promise<Record<string, unknown>> {
  const dates = ['2025-01-01', '2025-01-05', '2025-01-19'];
  const ranges = [{}, { from: '2025-01-04' }, { from: '2025-01-04', to: '2025-01-06' }];
  const found: Record<string, unknown> = {
    members: plain((await model.members([...PORTFOLIOS, 'unknown'])).map(({ portfolio }) => portfolio)),
  };
  for (const date of dates) found[date] = plain(await model.memberSnapshots(PORTFOLIOS, date));
  for (const [i, range] of ranges.entries()) {
    found[`days ${i}`] = plain(await model.groupDays(PORTFOLIOS, range));
    const moved = await model.movements(PORTFOLIOS, range);
    found[`movements ${i}`] = plain(moved.filter(({ date }) => date === '2025-01-05'));
  }
  return found;
}

describe('what is read of portfolios together', () => {
  test('is the same from a replay of each as from the tables', async () => {
    const ofTables = await current(answers);
    const replayed = await createKnownAt(books.log, { current })(await books.log.head(), PORTFOLIOS);
    const whole = await createKnownAt(books.log)(await books.log.head());
    expect(await answers(replayed)).toEqual(ofTables);
    expect(await answers(whole)).toEqual(ofTables);
    expect(ofTables['movements 2']).toMatchObject([
      { portfolio_id: 'P1', eod_cashflow_base: '-300' },
      { portfolio_id: 'P2', bod_cashflow_base: '300' },
    ]);
  });

  test('of the tables is no more than transfers can be among', async () => {
    const moved = await current((model) => model.movements(PORTFOLIOS, {}));
    expect(new Set(moved.map((row: MovementRow) => row.date))).toEqual(new Set(['2025-01-05']));
  });

  test('takes one replay of each', async () => {
    const asked: string[] = [];
    const group = await replayGroup(PORTFOLIOS, async (id) => {
      asked.push(id);
      return undefined;
    });
    expect(asked).toEqual(PORTFOLIOS);
    expect(group).toEqual({ members: [], days: [], movements: [] });
  });
});
