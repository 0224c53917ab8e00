import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOfUnits } from '../../../domain/market/units.ts';
import {
  dateArray,
  int4Array,
  int8Array,
  numericArray,
  timeArray,
} from '../../../infra/market-store/tick-arrays.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ empty: true });
});
afterAll(() => db.close());

async function column(type: 'numeric' | 'timestamptz' | 'date' | 'int' | 'bigint', items: Buffer) {
  const TEXTS = {
    numeric: `select trim_scale(v)::text as v from unnest($1::numeric[]) with ordinality as t (v, i) order by i`,
    timestamptz: `select v from unnest($1::timestamptz[]) with ordinality as t (v, i) order by i`,
    date: `select v from unnest($1::date[]) with ordinality as t (v, i) order by i`,
    int: `select v from unnest($1::int[]) with ordinality as t (v, i) order by i`,
    bigint: `select v from unnest($1::bigint[]) with ordinality as t (v, i) order by i`,
  };
  const rows = await db.database.query<{ v: unknown }>(TEXTS[type], [items]);
  return rows.map(({ v }) => v);
}

describe('columns of ticks', () => {
  it('hold amounts of any size, and none', async () => {
    const amount = fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 28n }),
      fc.bigInt({ min: 0n, max: 10n ** 16n }),
      fc.nat(12).map((zeros) => 10n ** BigInt(2 * zeros)),
      fc.nat(9).map((digits) => BigInt(digits) * 10_000n),
    );
    const items = fc.array(fc.option(amount, { nil: undefined }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(items, async (units) => {
        expect(await column('numeric', numericArray(units))).toEqual(
          units.map((each) => (each === undefined ? null : textOfUnits(each))),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('hold moments, days and whole numbers', async () => {
    const moments = [0, 1, 946_684_799_999, 946_684_800_000, 1_755_851_400_123, 4_102_444_800_000];
    expect(await column('timestamptz', timeArray(moments))).toEqual(
      moments.map((ms) => new Date(ms).toISOString().replace('Z', '000Z')),
    );
    expect(await column('date', dateArray([0, undefined, 20_000]))).toEqual([
      '1970-01-01',
      null,
      '2024-10-04',
    ]);
    expect(await column('int', int4Array([-1, 0, 2 ** 31 - 1]))).toEqual([-1, 0, 2 ** 31 - 1]);
    const large = [-1, 0, 2 ** 32, 1_755_851_400_123, Number.MAX_SAFE_INTEGER];
    expect(await column('bigint', int8Array(large))).toEqual(large);
    expect(await column('bigint', int8Array([]))).toEqual([]);
  });
});
