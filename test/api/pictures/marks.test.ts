import { expect, test } from 'vitest';
import { clustered } from '../../../api/pictures/marks.ts';

const marks = (...days: number[]) => days.map((day, i) => ({ day, number: i + 1 }));

test.each([
  [
    'far from each other',
    marks(10, 20, 30),
    [
      [10, '1'],
      [20, '2'],
      [30, '3'],
    ],
  ],
  [
    'close together',
    marks(10, 12, 30),
    [
      [10, '1–2'],
      [30, '3'],
    ],
  ],
  [
    'out of order',
    marks(30, 10, 12),
    [
      [10, '2–3'],
      [30, '1'],
    ],
  ],
  [
    'not in a row',
    marks(10, 30, 11, 12, 31),
    [
      [10, '1, 3–4'],
      [30, '2, 5'],
    ],
  ],
  ['on one day', marks(10, 10, 10), [[10, '1–3']]],
  // Each is near the one before it, yet the third one is far enough from the first.
  [
    'in a chain',
    marks(10, 14, 18),
    [
      [10, '1–2'],
      [18, '3'],
    ],
  ],
  ['none', [], []],
])('marks that are %s', (_, given, expected) => {
  expect(clustered(given, 5).map(({ day, text }) => [day, text])).toEqual(expected);
});
