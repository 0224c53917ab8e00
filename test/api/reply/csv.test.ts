import { expect, test } from 'vitest';
import { csvCell, csvLine } from '../../../api/reply/csv.ts';

test.each([
  [null, ''],
  [undefined, ''],
  ['', '""'],
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  [-1.5, '-1.5'],
  [false, 'false'],
  [[{ a: 1 }], '"[{""a"":1}]"'],
])('%j is %s', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test('a line ends', () => {
  expect(csvLine(['a', null, 1])).toBe('a,,1\n');
});
