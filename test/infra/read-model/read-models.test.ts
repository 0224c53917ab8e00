import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import type { ReadModel } from '../../../projections/queries/read-model.ts';
import { createTestApi, givenBooks, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  await api.given('/v1/portfolios', { portfolio_id: 'EURO', base_currency: 'EUR' });
});
afterAll(() => api.close());

function reading<T>(work: (model: ReadModel) => Promise<T>): Promise<T> {
  return createReadModels(async () => api.database).current(work);
}

describe('the position that rows reflect', () => {
  const mark = (cause: string, position: number) =>
    api.database.query(
      `insert into dirty (portfolio_no, security_no, from_day, cause, position)
       select portfolio_no, 0, 20000, $1, $2 from portfolios where portfolio_id = 'PORT_001'`,
      [cause, position],
    );
  const positions = () =>
    reading(async (model) => ({
      all: (await model.version()).position,
      marked: (await model.portfolio('PORT_001'))?.version.position,
      other: (await model.portfolio('EURO'))?.version.position,
    }));

  test('is the checkpoint, less what of the portfolio waits to be folded', async () => {
    const before = await positions();
    expect(before.marked).toBe(before.all);

    await mark('price', 4);
    expect(await positions()).toEqual({ all: 3, marked: 3, other: before.other });
    await api.database.query('delete from dirty');

    // An operator's order to make rows again hides nothing.
    await mark('operator', 4);
    expect(await positions()).toEqual(before);
    await api.database.query('delete from dirty');
  });
});

describe('the tag of a version', () => {
  const tags = () =>
    reading(async (model) => [(await model.version()).tag, (await model.portfolio('PORT_001'))?.version.tag]);

  test.each([
    [`update active_generation set flipped_at = clock_timestamp()`],
    [`update portfolio_state set checksum = checksum + 1`],
    [`update position_state set checksum = checksum + 1`],
    [`update portfolio_state set epoch = epoch + 1`],
  ])('changes with: %s', async (statement) => {
    const before = await tags();
    expect(await tags()).toEqual(before);
    await api.database.query(statement);
    const after = await tags();
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test('takes checksums of any size', async () => {
    await api.database.query(`update portfolio_state set checksum = 9223372036854775807`);
    await api.database.query(`update position_state set checksum = -9223372036854775807`);
    expect((await tags())[1]).toContain('9223372036854775807');
  });
});

test('one read sees one state, whatever happens meanwhile', async () => {
  const [before, after] = await reading(async (model) => {
    const first = await model.portfolioDays('PORT_001', {});
    await api.given('/v1/prices', { security_id: 'SEC_AAPL', date: '2025-08-16', price: '200' });
    return [first, await model.portfolioDays('PORT_001', {})] as const;
  });
  expect(after).toEqual(before);
  const now = await reading((model) => model.portfolioDays('PORT_001', {}));
  expect(now).not.toEqual(before);
});

describe('what an epoch showed', () => {
  test('is there after later ones', async () => {
    const days = (epoch?: number) =>
      reading((model) => model.portfolioDays('PORT_001', epoch === undefined ? {} : { epoch }));
    const portfolio = await reading((model) => model.portfolio('PORT_001'));
    const epoch = portfolio?.portfolio.epoch ?? -1;
    const shown = await days();
    await api.given('/v1/prices', { security_id: 'SEC_AAPL', date: '2025-08-14', price: '210' });
    expect(await days(epoch)).toEqual(shown);
    expect(await days(epoch + 1)).toEqual(await days());
    expect(await days()).not.toEqual(shown);
  });
});

describe('days that cannot be completed', () => {
  test('are listed with their reason, the first ones of each portfolio', async () => {
    await api.given('/v1/transactions', {
      ...transaction('E1', 'TRANSFER_IN', '2025-08-13', { quantity: '5', gross_transaction_amount: '500' }),
      portfolio_id: 'EURO',
    });
    const blocked = await reading((model) => model.blockedDays(['EURO', 'PORT_001'], 2));
    expect(blocked).toEqual([
      { portfolio_id: 'EURO', date: '2025-08-13', reason: 'missing_fx_rate', security_id: 'SEC_AAPL' },
      { portfolio_id: 'EURO', date: '2025-08-14', reason: 'missing_fx_rate', security_id: 'SEC_AAPL' },
    ]);
    const euro = await reading((model) => model.portfolio('EURO'));
    expect(euro?.portfolio).toMatchObject({ latest_date: '2025-08-17', complete_through: null });
  });

  test('a position without any price is unvalued, and no day of −100 % is shown', async () => {
    await api.given('/v1/portfolios', { portfolio_id: 'DARK', base_currency: 'USD' });
    await api.given('/v1/securities', { security_id: 'SEC_DARK', currency: 'USD' });
    await api.given('/v1/transactions', {
      ...transaction('D1', 'TRANSFER_IN', '2025-08-14', { security_id: 'SEC_DARK', quantity: '5' }),
      portfolio_id: 'DARK',
    });
    const blocked = await reading((model) => model.blockedDays(['DARK'], 1));
    expect(blocked).toMatchObject([{ date: '2025-08-14', reason: 'unvalued', security_id: 'SEC_DARK' }]);
    expect(await reading((model) => model.portfolioDays('DARK', {}))).toEqual([]);
  });
});

test('transactions that cannot be applied yet, and why', async () => {
  await api.post(
    '/v1/transactions?pending=accept',
    transaction('S1', 'SELL', '2025-08-16', { quantity: '1000', price: '1' }),
  );
  await api.project();
  const pending = await reading((model) => model.pendingTransactions('PORT_001'));
  expect(pending).toEqual([
    { transaction_id: 'S1', security_id: 'SEC_AAPL', reason: expect.stringContaining('6') },
  ]);
  const rows = await reading((model) => model.transactions('PORT_001', {}, { limit: 100 }));
  expect(rows.filter((row) => row.pending_reason !== null)).toHaveLength(1);
});
