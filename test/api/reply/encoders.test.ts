import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from '@hono/zod-openapi';
import { columnsOf } from '../../../api/reply/columns.ts';
import { encoderOf } from '../../../api/reply/table.ts';
import type { EncoderOptions } from '../../../api/reply/encoder.ts';
import { Problem } from '../../../api/http/problem.ts';
import { decimal, format } from '../../../domain/decimal.ts';
import { isoDate } from '../../../domain/dates.ts';
import { readArrow, readParquet } from '../../support/tables.ts';
import type { ReadTable } from '../../support/tables.ts';

const exact = z.string().meta({ format: 'decimal' });
const row = z.object({
  amount: exact,
  rate: exact.nullable().meta({ description: 'A rate.' }),
  date: z.string().meta({ format: 'date' }).nullable(),
  at: z.string().meta({ format: 'date-time' }),
  count: z.int().optional(),
  open: z.boolean().nullable(),
  status: z.enum(['PRICED', 'STALE']),
  name: z.string().nullable(),
  causes: z.array(z.int()),
});
const columns = columnsOf(row);

const FORMATS = ['arrow', 'parquet'] as const;

async function through(
  formatName: (typeof FORMATS)[number],
  pieces: readonly (readonly object[])[],
  options: Partial<EncoderOptions> = {},
): Promise<ReadTable> {
  const encoder = encoderOf(formatName, { columns, head: {}, numbers: 'decimal', ...options });
  const bytes = [encoder.start()];
  for (const piece of pieces) bytes.push(...encoder.rows(piece));
  bytes.push(...encoder.end());
  const whole = new Uint8Array(Buffer.concat(bytes));
  return formatName === 'arrow' ? readArrow(whole) : readParquet(whole);
}

/** At most 20 digits before the point and 18 after it: what a fact may carry. */
const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: 0, max: 20 }))
  .map(([coefficient, shift]) => format({ coefficient: coefficient / 10n ** BigInt(shift), scale: 18 }));
const instantText = fc
  .tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999 }))
  .map(
    ([second, micros]) =>
      `${new Date(second * 1_000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`,
  );
const anyRow = fc.record({
  amount: decimalText,
  rate: fc.option(decimalText),
  date: fc.option(fc.integer({ min: -30_000, max: 60_000 }).map(isoDate)),
  at: instantText,
  count: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  open: fc.option(fc.boolean()),
  status: fc.constantFrom('PRICED', 'STALE'),
  name: fc.option(fc.string({ unit: 'grapheme' })),
  causes: fc.array(fc.integer()),
});

describe.each(FORMATS)('%s', (formatName) => {
  test('gives back every digit of random rows, however they are cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyRow, { maxLength: 8 }), { maxLength: 4 }), async (pieces) => {
        const read = await through(formatName, pieces);
        expect(read.rows).toEqual(
          pieces.flat().map((value) => ({ ...value, causes: JSON.stringify(value.causes) })),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('knows its columns and what it is about without any row', async () => {
    const read = await through(formatName, [], {
      head: { portfolio_id: 'P', complete_through: null, conventions: { basis: 'net' }, position: 7 },
    });
    expect(read.rows).toEqual([]);
    expect(Object.keys(read.types)).toEqual(columns.map(({ name }) => name));
    expect(read.metadata).toEqual({ portfolio_id: 'P', conventions: '{"basis":"net"}', position: '7' });
  });

  test('has decimals as floats or as texts for those who ask', async () => {
    const one = { amount: '0.10', rate: '-12.5', at: '2025-08-15T10:00:00.000000Z' };
    const floats = await through(formatName, [[one]], { numbers: 'float' });
    expect(floats.rows[0]).toMatchObject({ amount: 0.1, rate: -12.5 });
    const texts = await through(formatName, [[one]], { numbers: 'text' });
    expect(texts.rows[0]).toMatchObject({ amount: '0.10', rate: '-12.5', count: null });
  });

  test.each(['0.1234567890123456789', '100000000000000000000', '-1e5', 'NaN', ''])(
    'never rounds %s in silence',
    async (amount) => {
      await expect(through(formatName, [[{ amount }]])).rejects.toThrow(Problem);
      await expect(through(formatName, [[{ amount }]])).rejects.toThrow(/amount is .*numbers=text/);
    },
  );

  test('lets zeros beyond the last place go', async () => {
    const read = await through(formatName, [[{ amount: '1.50000000000000000000000' }]]);
    expect(read.rows[0]?.['amount']).toBe(format(decimal('1.5')));
  });
});

test('columns are what their schemas say', () => {
  expect(columns.map(({ kind }) => kind)).toEqual([
    'decimal',
    'decimal',
    'date',
    'instant',
    'integer',
    'boolean',
    'text',
    'text',
    'json',
  ]);
});

test('Arrow has the types that a reader of tables expects', async () => {
  expect(Object.values((await through('arrow', [])).types)).toEqual([
    'Decimal[38e+18]',
    'Decimal[38e+18]',
    'Date32<DAY>',
    'Timestamp<MICROSECOND, UTC>',
    'Int64',
    'Bool',
    'Utf8',
    'Utf8',
    'Utf8',
  ]);
});

test('Parquet closes a group of rows whenever enough have come', async () => {
  const piece = Array.from({ length: 7_000 }, (_, i) => ({ count: i }));
  const read = await through('parquet', [piece, piece, piece]);
  expect(read.pieces).toBe(2);
  expect(read.rows.map((one) => one['count'])).toEqual([piece, piece, piece].flat().map((one) => one.count));
});

test.each(FORMATS)('%s is made in steps, one column after another', (formatName) => {
  const encoder = encoderOf(formatName, { columns, head: {}, numbers: 'decimal' });
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ amount: `${i}.5`, count: i, name: `name ${i}` }));
  encoder.start();
  expect([...encoder.rows(rows)].length).toBeGreaterThan(columns.length);
});

test('Parquet holds texts that are too long for one page of a column', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    name: String(i).repeat(5_000),
    amount: '1',
    at: null,
  }));
  const read = await through('parquet', [rows.slice(0, 120), rows.slice(120)]);
  expect(read.rows.map((one) => one['name'])).toEqual(rows.map((one) => one.name));
});
