/** Goes through all waiting days in bounded sets, each in a transaction of its own. */
import type { PortfolioDay } from './store.ts';

/** What one set came to. */
export interface SetDone {
  /** The last day looked at, when there may be more after it. */
  readonly last: PortfolioDay | undefined;
  /** How many days got further. */
  readonly done: number;
}

/**
 * One pass over everything that waits: days that cannot get further yet are passed by, so that they never keep
 * others from their turn.
 * @returns how many days got further
 */
export async function pass(
  takeSet: (after: PortfolioDay | null) => Promise<SetDone>,
  isStopping: () => boolean,
): Promise<number> {
  let after: PortfolioDay | null = null;
  let done = 0;
  for (;;) {
    const set = await takeSet(after);
    done += set.done;
    if (set.last === undefined || isStopping()) return done;
    after = set.last;
  }
}

/** Positions found damaged in a set of days, as stretches. */
export function damagesOf(
  assessed: readonly {
    readonly portfolioNo: number;
    readonly day: number;
    readonly damaged: readonly number[];
  }[],
): { portfolioNo: number; securityNo: number; fromDay: number; throughDay: number }[] {
  const found = new Map<
    string,
    { portfolioNo: number; securityNo: number; fromDay: number; throughDay: number }
  >();
  for (const { portfolioNo, day, damaged } of assessed)
    for (const securityNo of damaged) {
      const key = `${portfolioNo}/${securityNo}`;
      const before = found.get(key);
      found.set(key, {
        portfolioNo,
        securityNo,
        fromDay: Math.min(before?.fromDay ?? day, day),
        throughDay: Math.max(before?.throughDay ?? day, day),
      });
    }
  return [...found.values()];
}
