/** Numbers that look random and come again for the same seed. */
export interface Random {
  readonly seed: number;
  /** From 0 up to, not including, 1. */
  next(): number;
  /** From 0 up to, not including, `bound`. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
}

/** The generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return { seed, next, below, pick: (list) => list[below(list.length)]! };
}

/** Another one every run, or that of RANDOM_SEED to see a failure again. */
export function randomSeed(): number {
  return Number(process.env.RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));
}
