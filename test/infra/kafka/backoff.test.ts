import { expect, it } from 'vitest';
import { backoffMs } from '../../../infra/kafka/backoff.ts';

const range = (failures: number) =>
  [0, 0.999].map((chance) => backoffMs(failures, { baseMs: 100, capMs: 1_000, random: () => chance }));

it('waits double from failure to failure, up to a cap, and at least half of that', () => {
  expect(range(0)).toEqual([50, 100]);
  expect(range(1)).toEqual([100, 200]);
  expect(range(3)).toEqual([400, 800]);
  expect(range(4)).toEqual([500, 1_000]);
  expect(range(10_000)).toEqual([500, 1_000]);
});
