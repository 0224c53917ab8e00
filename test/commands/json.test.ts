import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXACT_NUMBER, expandExponent, parseItems, parseJson, parseJsonLines } from '../../commands/json.ts';

function value(text: string): unknown {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  return parsed.value;
}

describe('parseJson', () => {
  it('keeps every digit of a number that a float would change', () => {
    expect(value('{"a":12345678901234567890.12,"b":1.50}')).toEqual({
      a: `${EXACT_NUMBER}12345678901234567890.12`,
      b: 1.5,
    });
  });

  it('writes exponents out, and leaves absurd ones as they are', () => {
    expect(value('[1e3, -1.25E-2, 1e400]')).toEqual([
      `${EXACT_NUMBER}1000`,
      `${EXACT_NUMBER}-0.0125`,
      `${EXACT_NUMBER}1e400`,
    ]);
  });

  it('leaves digits inside strings alone', () => {
    const text = '{"12345678901234567890":"1e400 \\" 12345678901234567890"}';
    expect(value(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '{"a":}',
    '{12345678901234567890:1}',
    '[01234567890123456]',
    '[1 1e3]',
    '[1e3.5]',
    '{"a":1e3',
    '',
    '+1e3',
  ])('refuses %s as malformed', (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, errors: [{ field: '', rule: 'json' }] });
  });

  it('reads what JSON.parse reads, as long as floats suffice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const text = JSON.stringify(any);
        const restore = (_key: string, read: unknown): unknown =>
          typeof read === 'string' && read.startsWith(EXACT_NUMBER) ? Number(read.slice(1)) : read;
        fc.pre(!text.includes('\\u0000'));
        expect(JSON.parse(JSON.stringify(value(text)), restore)).toEqual(JSON.parse(text));
      }),
      { numRuns: 50 },
    );
  });
});

describe('expandExponent', () => {
  it.each([
    ['1.5e3', '1500'],
    ['15e-1', '1.5'],
    ['-2E-3', '-0.002'],
    ['0e999', '0'],
    ['1e+2', '100'],
    ['12', '12'],
  ])('%s is %s', (literal, plain) => {
    expect(expandExponent(literal)).toBe(plain);
  });
});

describe('parseItems', () => {
  it('tells one object from an array', () => {
    expect(parseItems('{"a":1}')).toEqual({ ok: true, value: { items: [{ a: 1 }], single: true } });
    expect(parseItems('[{"a":1}]')).toEqual({ ok: true, value: { items: [{ a: 1 }], single: false } });
  });
  it('refuses an empty array', () => {
    expect(parseItems('[]')).toMatchObject({ ok: false, errors: [{ rule: 'not_empty' }] });
  });
});

describe('parseJsonLines', () => {
  it('reads lines whatever the chunks, passing over blank ones and naming the bad', async () => {
    const chunks = ['{"a":', '1}\r\n\n{"b"', ':\n', '{"c":3}'];
    const lines = [];
    for await (const { line, value } of parseJsonLines(chunks)) lines.push([line, value.ok]);
    expect(lines).toEqual([
      [1, true],
      [3, false],
      [4, true],
    ]);
  });
});
