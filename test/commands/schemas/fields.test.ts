import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseJson } from '../../../commands/json.ts';
import {
  anyDecimal,
  currency,
  date,
  fraction,
  identifier,
  instantOrDate,
  notNegative,
  positive,
  text,
  timeZone,
} from '../../../commands/schemas/fields.ts';
import { fieldErrors } from '../../../commands/schemas/issues.ts';

/** The canonical value, or `!rule`. */
function read(schema: z.ZodType, input: unknown): unknown {
  const parsed = schema.safeParse(input);
  return parsed.success ? parsed.data : `!${fieldErrors(parsed.error.issues, input)[0]?.rule}`;
}

function literal(json: string): unknown {
  const parsed = parseJson(json);
  return parsed.ok ? parsed.value : undefined;
}

describe('decimals', () => {
  it.each([
    ['1500.00', '1500'],
    [150, '150'],
    [0.1, '0.1'],
    ['-0', '0'],
    ['00012.50', '12.5'],
    ['99999999999999999999.123456789012345678', '99999999999999999999.123456789012345678'],
    [1e-7, '0.0000001'],
    ['1e3', '!decimal'],
    ['', '!decimal'],
    ['12,5', '!decimal'],
    ['0x10', '!decimal'],
    ['NaN', '!decimal'],
    [Number.NaN, '!type'],
    [1e21, '!digits'],
    ['100000000000000000000', '!digits'],
    ['0.1234567890123456789', '!digits'],
    ['1234567890123456789012345678901234567890', '!digits'],
    ['9'.repeat(5000), '!digits'],
    [true, '!type'],
    [null, '!type'],
  ])('%s is %s', (input, expected) => {
    expect(read(anyDecimal, input)).toBe(expected);
  });

  it.each([
    ['1e3', '1000'],
    ['12345678901234567890.12', '12345678901234567890.12'],
    ['1e400', '!digits'],
    ['1e-400', '!digits'],
    ['1234567890123456789012345678901234567890', '!digits'],
    ['1e19', '10000000000000000000'],
  ])('the JSON number %s is %s', (json, expected) => {
    expect(read(anyDecimal, literal(json))).toBe(expected);
  });

  it('keeps every number within the limits exactly', () => {
    const numbers = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 20n - 1n }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(numbers, ([whole, last]) => {
        const exact = `${whole}.00000000000000000${last}`;
        expect(read(anyDecimal, literal(exact))).toBe(exact);
      }),
    );
  });

  it.each([
    [notNegative, '-1', '!not_negative'],
    [notNegative, '0', '0'],
    [positive, '0', '!positive'],
    [positive, '-0.5', '!positive'],
    [positive, '0.000000000000000001', '0.000000000000000001'],
    [fraction, '1', '1'],
    [fraction, '0.25', '0.25'],
    [fraction, '1.01', '!range'],
    [fraction, '-0.1', '!range'],
  ])('bounds %#', (schema, input, expected) => {
    expect(read(schema, input)).toBe(expected);
  });
});

describe('identifiers', () => {
  it.each(['TXN_001', 'SEC:AAPL', '^GSPC', 'BRK.B', 'EURUSD=X', 'a'.repeat(128)])('takes %s', (id) => {
    expect(read(identifier, id)).toBe(id);
  });
  it.each([
    ['', '!length'],
    ['a'.repeat(129), '!length'],
    ['a b', '!characters'],
    ['=1+1', '!characters'],
    ['ä', '!characters'],
    ['a\n', '!characters'],
    [12, '!type'],
    [literal('12345678901234567890'), '!characters'],
  ])('%j is %s', (id, expected) => {
    expect(read(identifier, id)).toBe(expected);
  });
});

describe('dates and instants', () => {
  it.each([
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', '!date'],
    ['2023-13-01', '!date'],
    ['15.08.2025', '!date'],
    ['0202-01-01', '!range'],
    ['2200-01-01', '!range'],
  ])('date %s is %s', (input, expected) => {
    expect(read(date, input)).toBe(expected);
  });
  it.each([
    ['2025-08-15T10:00:00Z', '2025-08-15T10:00:00.000000Z'],
    ['2025-08-15T10:00:00.1234567+02:00', '2025-08-15T08:00:00.123456Z'],
    ['2025-08-15', '2025-08-15'],
    ['2025-02-30', '!date'],
    ['2025-02-30T00:00:00Z', '!instant'],
    ['2025-08-15T10:00:00', '!instant'],
    ['2025-08-15T25:00:00Z', '!instant'],
    ['yesterday', '!date'],
  ])('instant %s is %s', (input, expected) => {
    expect(read(instantOrDate, input)).toBe(expected);
  });
});

describe('the rest', () => {
  it.each([
    [currency, 'USD', 'USD'],
    [currency, 'USDT', 'USDT'],
    [currency, 'usd', '!currency'],
    [currency, 'US', '!currency'],
    [timeZone, 'Europe/Berlin', 'Europe/Berlin'],
    [timeZone, 'Mars/Olympus', '!time_zone'],
    [text(5), ' ab ', 'ab'],
    [text(5), '   ', '!length'],
    [text(5), 'abcdef', '!length'],
    [text(5), 'a\u0007', '!characters'],
  ])('%#', (schema, input, expected) => {
    expect(read(schema, input)).toBe(expected);
  });
});
