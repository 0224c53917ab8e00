import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTick } from '../../../projections/market/tick-rules.ts';
import { scanTick } from '../../../projections/market/tick-scan.ts';

const NOW = Date.UTC(2025, 7, 22, 9, 30);
const scan = (text: string) => scanTick(Buffer.from(text), NOW);

/** What the parser and the rules make of it. */
function read(text: string) {
  try {
    const result = readTick(JSON.parse(text), NOW);
    return result.ok ? result.tick : undefined;
  } catch {
    return undefined;
  }
}

/** Either nothing, or what the long way finds as well. */
function expectSame(text: string): void {
  const scanned = scan(text);
  if (scanned !== undefined) expect(scanned, text).toEqual(read(text));
}

const name = fc.constantFrom('ric', 'symbol', 'price', 'timestamp', 'volume', 'bid', 'ask', 'ric ', 'venue');
const literal = fc.oneof(
  fc.constantFrom(
    '"AAPL.O"',
    '"brk.b"',
    '"A B"',
    '""',
    '"A\\u0042"',
    '"Ä"',
    '"A\n"',
    'null',
    'true',
    '[]',
    '{}',
  ),
  fc.constantFrom('0', '-1', '01', '1.', '.5', '1e3', '1E-2', '1e400', '-0', '+1', '0.0', '1.50', '0.1'),
  fc.constantFrom('123456789012345', '1234567890123456', '0.123456789', '0.12345678', '99999999.12345678'),
  fc.constantFrom('90000000.00000001', '89999999.1234567', '1755851400123', '1755851400123.5', '""x'),
  fc.nat().map(String),
  fc.double({ min: 0, max: 1e7, noNaN: true }).map(String),
  fc.tuple(fc.nat(99_999), fc.nat(9_999)).map(([whole, part]) => `${whole}.${part}`),
);
const blank = fc.constantFrom('', '', '', ' ', '\n\t', '\u00a0', '\u000b');

describe('the usual message', () => {
  it('is read at once', () => {
    for (const text of [
      '{"ric":"AAPL.O","price":187.32,"timestamp":1755851400123,"volume":300,"bid":187.31,"ask":187.33}',
      ' { "symbol" : "BRK.B" , "timestamp" : 0 , "price" : 0.00000001 } \n',
      '{"ric":"AAPL","price":1,"price":2.5,"symbol":"MSFT","timestamp":1,"volume":0}',
    ]) {
      expect(scan(text), text).toBeDefined();
      expect(scan(text)).toEqual(read(text));
    }
  });

  it('is not one with anything wrong, or anything else, in it', () => {
    const good = '"ric":"AAPL.O","price":1,"timestamp":1';
    for (const text of [
      '',
      '{',
      '{}',
      `{${good}`,
      `{${good}}x`,
      `{${good},}`,
      `[{${good}}]`,
      `{${good},"venue":1}`,
      `{${good},"bid":2,"ask":1}`,
      `{${good},"volume":-1}`,
      '{"ric":"AAPL.O","price":0,"timestamp":1}',
      `{"ric":"AAPL.O","price":1,"timestamp":${NOW + 60_001}}`,
      '{"ric":"AAPL.O","price":1}',
    ])
      expect(scan(text), text).toBeUndefined();
  });

  it('is what the parser and the rules find in it', () => {
    const members = fc.array(fc.tuple(blank, name, blank, blank, literal, blank), { maxLength: 9 });
    const text = fc
      .tuple(blank, members, blank)
      .map(
        ([before, fields, after]) =>
          `${before}{${fields.map(([a, key, b, c, value, d]) => `${a}"${key}"${b}:${c}${value}${d}`).join(',')}}${after}`,
      );
    fc.assert(fc.property(text, expectSame), { numRuns: 2_000 });
  });

  it('is no other when a byte of it is', () => {
    const usual = '{"ric":"AAPL.O","price":187.32,"timestamp":1755851400123,"volume":300,"bid":1,"ask":2}';
    fc.assert(
      fc.property(fc.nat(usual.length - 1), fc.integer({ min: 0, max: 127 }), (at, code) => {
        expectSame(usual.slice(0, at) + String.fromCharCode(code) + usual.slice(at + 1));
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells codes apart whose hashes are the same', () => {
    // 'Aa' and 'BB' are the classic pair of a polynomial of 31.
    for (const ric of ['Aa', 'BB', 'Aa', 'BB'])
      expect(scan(`{"ric":"${ric}","price":1,"timestamp":1}`)?.symbol).toBe(ric.toUpperCase());
  });
});
