import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExportModels } from '../../../infra/read-model/export.ts';
import { createTestApi, problemOf, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { readArrow, readParquet } from '../../support/tables.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi(async (database) => {
    const pool = database.open();
    return { exports: { models: createExportModels(async () => pool) } };
  });
});
afterAll(() => api.close());

describe('what 128 bits cannot hold', () => {
  beforeAll(async () => {
    await api.given('/v1/portfolios', { portfolio_id: 'BIG', base_currency: 'EUR' });
    await api.given('/v1/securities', { security_id: 'SEC_BIG', currency: 'EUR' });
    const of = { portfolio_id: 'BIG', security_id: 'SEC_BIG', currency: 'EUR' };
    await api.given('/v1/transactions', [
      transaction('BIG1', 'BUY', '2025-08-13', { ...of, quantity: '100000000000', price: '1' }),
    ]);
    // 10^11 times 10^10: 22 digits, of the 20 that decimal128(38, 18) has before the point. The cost is owed.
    await api.given('/v1/prices', { security_id: 'SEC_BIG', date: '2025-08-13', price: '10000000000' });
    await api.given('/v1/business-dates', { date: '2025-08-13' });
  });

  test.each([
    ['/v1/exports/position-days?portfolio_id=BIG&security_id=SEC_BIG', '1000000000000000000000.00'],
    ['/v1/exports/portfolio-days?portfolio_id=BIG', '999999999900000000000.00'],
    ['/v1/portfolios/BIG/timeseries?limit=10', '999999999900000000000.00'],
  ])('is told before anything of %s is sent, and sent as text', async (path, value) => {
    for (const format of ['arrow', 'parquet']) {
      const refused = await api.get(`${path}&format=${format}`);
      expect(refused.status).toBe(406);
      expect((await problemOf(refused)).detail).toContain(
        `is ${value}, which DECIMAL(38,18) cannot hold; ask with numbers=text`,
      );
      const texts = await api.get(`${path}&format=${format}&numbers=text`);
      const bytes = new Uint8Array(await texts.arrayBuffer());
      const { rows } = format === 'arrow' ? readArrow(bytes) : await readParquet(bytes);
      expect(rows.at(-1)?.['eod_market_value']).toBe(value);
    }
  });
});
