import fc from 'fast-check';
import { expect, test } from 'vitest';
import { locateError } from '../../../api/body/locate.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('finds nothing in what parses', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (text, blank) => {
      expect(locateError(blank + text + blank)).toBeUndefined();
    }),
  );
});

test('finds a place exactly where the parser refuses', () => {
  const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '}', ',', '"', 'x', '\u0001', '\\'));
  fc.assert(
    fc.property(broken, ([text, at, change]) => {
      const position = at % (text.length + 1);
      const changed = text.slice(0, position) + change + text.slice(position + 1);
      expect(locateError(changed) === undefined).toBe(parses(changed));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['{"a": [1, 2,, 3]}', 1, 13],
  ['{\n"a": tru\n}', 2, 6],
  ['{"a": 01}', 1, 8],
  ["{'a': 1}", 1, 2],
  ['{"a": 1', 1, 8],
  ['{} {}', 1, 4],
  ['[1]]', 1, 4],
  ['[1}', 1, 3],
])('%j', (text, line, column) => {
  expect(locateError(text)).toEqual({ line, column });
});
