import { expect, test } from 'vitest';
import { etagOf, noneMatch } from '../../../api/reply/etag.ts';

const BOOKS = { position: 7, tag: 'a.1' };

test('a tag is of the books, the format and the version of the reports', () => {
  const tags = [
    etagOf(BOOKS, 'json', 1),
    etagOf(BOOKS, 'csv', 1),
    etagOf(BOOKS, 'json', 2),
    etagOf({ ...BOOKS, position: 8 }, 'json', 1),
    etagOf({ ...BOOKS, tag: 'b.1' }, 'json', 1),
  ];
  expect(new Set(tags).size).toBe(tags.length);
  expect(etagOf(BOOKS, 'json', 1)).toBe(tags[0]);
});

test.each([
  ['"x"', true],
  ['W/"x"', true],
  ['"y", "x"', true],
  ['*', true],
  ['"y"', false],
  ['x', false],
  [undefined, false],
])('If-None-Match: %s', (header, matches) => {
  expect(noneMatch(header, '"x"')).toBe(matches);
});
