/**
 * How long the tests of streams go on. By default they are short enough for every run; a soak takes more rounds
 * of each, with other random numbers every time:
 *
 *     eval "$(npm run --silent stack -- env)" && npm run build
 *     STREAM_ROUNDS=20 npx vitest run --config vitest.engines.config.ts test/crash/kafka
 *
 * A failure names its RANDOM_SEED; with it the same facts are sent again, though processes never meet twice in
 * just the same way.
 */
import { createRandom, randomSeed } from './random.ts';
import type { Random } from './random.ts';

const SECONDS_PER_ROUND = 30;

export interface Rounds {
  readonly count: number;
  /** For the test that runs them, in milliseconds. */
  readonly timeoutMs: number;
}

/** As many rounds as STREAM_ROUNDS says, or the usual number. */
export function rounds(usual: number): Rounds {
  const count = Number(process.env.STREAM_ROUNDS ?? usual);
  return { count, timeoutMs: 180_000 + count * SECONDS_PER_ROUND * 1_000 };
}

/** The numbers of a test, and how to get the same ones again. */
export function seeded(): { random: Random; at: string } {
  const seed = randomSeed();
  return { random: createRandom(seed), at: `RANDOM_SEED=${seed}` };
}

/** The list in another order. */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const left = [...list];
  for (let i = left.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}
