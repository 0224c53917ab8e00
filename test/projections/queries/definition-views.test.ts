/** Who is shown which definitions and securities. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCommandHandler } from '../../../commands/handler/handler.ts';
import { rawItems } from '../../../commands/handler/types.ts';
import type { CommandName } from '../../../commands/schemas/commands.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { listGroups, oneGroup } from '../../../projections/queries/definition-views.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import type { Reading } from '../../../projections/queries/reading.ts';
import { listSecurities } from '../../../projections/queries/security-reads.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

let books: Books;
let queries: Queries;
beforeAll(async () => {
  books = await openBooks();
  const { current } = createReadModels(async () => books.db.database);
  queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
  await post('portfolios', [
    { portfolio_id: 'MINE', base_currency: 'USD' },
    { portfolio_id: 'THEIRS', base_currency: 'USD' },
  ]);
  const buy = (transaction_id: string, portfolio_id: string, security_id: string) => ({
    transaction_id,
    portfolio_id,
    security_id,
    transaction_date: '2025-01-02T10:00:00Z',
    transaction_type: 'BUY',
    quantity: '1',
    price: '100',
    gross_transaction_amount: '100',
    currency: 'USD',
  });
  await post('transactions', [buy('T1', 'MINE', 'COMMON'), buy('T2', 'THEIRS', 'SECRET')]);
  await post('groups', [
    { group_id: 'ALL', portfolio_ids: ['MINE', 'THEIRS'] },
    { group_id: 'OWN', portfolio_ids: ['MINE'] },
  ]);
  await books.project();
});
afterAll(() => books.close());

async function post(name: CommandName, items: readonly object[]): Promise<void> {
  const handler = createCommandHandler({
    log: books.log,
    clock: () => '2025-06-01T12:00:00.000000Z',
    linkedSecurities: async () => [],
  });
  const { results } = await handler.run(name, rawItems(items), { source: 'http', pending: 'accept' });
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
}

const MINE = { portfolios: new Set(['MINE']) };

function valueOf<T>(reading: Reading<T>): T {
  if (reading.status !== 'ok') throw new Error(reading.status);
  return reading.value;
}

it('a group is there for those who may know of all its portfolios', async () => {
  const { reader } = queries;
  const ids = async (context: object) =>
    valueOf(await listGroups(reader, { limit: 10 }, context)).rows.map((group) => group.group_id);
  expect(await ids({})).toEqual(['ALL', 'OWN']);
  expect(await ids(MINE)).toEqual(['OWN']);
  expect(await oneGroup(reader, 'ALL', MINE)).toEqual(
    await oneGroup(reader, 'ALL', { portfolios: new Set() }),
  );
  expect((await oneGroup(reader, 'ALL', MINE)).status).toBe('not_found');
  expect(valueOf(await oneGroup(reader, 'OWN', MINE)).portfolio_ids).toEqual(['MINE']);
});

it('securities that others alone hold are not listed, now or as they were known', async () => {
  const head = await books.log.head();
  await post('securities', [{ security_id: 'LATER', currency: 'USD' }]);
  await books.project();
  const ids = async (context: object, limit = 10) =>
    valueOf(await listSecurities(queries.reader, { limit }, context)).rows.map((row) => row.security_id);
  expect(await ids({})).toEqual(['CASH_USD', 'COMMON', 'LATER', 'SECRET']);
  expect(await ids(MINE)).toEqual(['CASH_USD', 'COMMON']);
  const knownAt = { position: head };
  expect(await ids({ knownAt })).toEqual(['CASH_USD', 'COMMON', 'SECRET']);
  expect(await ids({ ...MINE, knownAt })).toEqual(['CASH_USD', 'COMMON']);
  const first = valueOf(await listSecurities(queries.reader, { limit: 1 }, MINE));
  expect(first).toMatchObject({ rows: [{ security_id: 'CASH_USD' }], next: 'CASH_USD' });
  const second = valueOf(await listSecurities(queries.reader, { limit: 1, after: 'CASH_USD' }, MINE));
  expect(second.rows.map((row) => row.security_id)).toEqual(['COMMON']);
  expect(second.next).toBeUndefined();
});
