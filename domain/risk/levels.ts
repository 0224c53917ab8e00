/** The linked returns of a series as binary floats by calendar day: what statistics are computed on. */
import type { Day } from '../dates.ts';
import { toNumber, type Decimal } from '../decimal.ts';
import { sharedDays, type ReturnChain } from '../returns/link.ts';

/**
 * Entry `i` is the state at the opening of the day `first + i`; there is one entry more than there are days.
 * Days without a row carry the state of the day before.
 */
export interface DailyLevels {
  readonly first: Day;
  /** Product of the days' growth factors; days that lost everything are left out of it and counted. */
  readonly growth: Float64Array;
  readonly losses: Int32Array;
  /** Days so far that had capital, hence a return. */
  readonly returns: Int32Array;
}

/** @param former levels of a chain with the same options: what both chains begin with is not converted again */
export function dailyLevels(
  { days, products, losses, returns }: ReturnChain,
  former?: { readonly chain: ReturnChain; readonly levels: DailyLevels },
): DailyLevels {
  const first = days[0]?.day ?? 0;
  const length = days.length === 0 ? 0 : days.at(-1)!.day - first + 1;
  const levels = {
    first,
    growth: new Float64Array(length + 1).fill(1),
    losses: new Int32Array(length + 1),
    returns: new Int32Array(length + 1),
  };
  let [known, product]: [number, Decimal | undefined] = [1, products[0]];
  let next = 1;
  const shared = former ? sharedDays(former.chain.days, days) : 0;
  if (former && shared > 0) {
    next = days[shared - 1]!.day - first + 2;
    for (const name of ['growth', 'losses', 'returns'] as const)
      levels[name].set(former.levels[name].subarray(0, next));
    [known, product] = [levels.growth[next - 1]!, products[shared]];
  }
  for (let row = shared; row < days.length; row++) {
    const { day } = days[row]!;
    const end = day - first + 1;
    carry(levels, next, end);
    // A day without movement has the very same product: nothing to convert.
    if (products[row + 1] !== product) {
      product = products[row + 1];
      known = toNumber(product!);
    }
    levels.growth[end] = known;
    levels.losses[end] = losses[row + 1]!;
    levels.returns[end] = returns[row + 1]!;
    next = end + 1;
  }
  return levels;
}

function carry({ growth, losses, returns }: DailyLevels, from: number, to: number): void {
  for (const values of [growth, losses, returns]) values.fill(values[from - 1]!, from, to);
}

/** Of the days of the series; the day before the first without any. */
export function lastDay({ first, growth }: DailyLevels): Day {
  return first + growth.length - 2;
}

/** Where the opening of a day stands; days outside are taken to the nearest end. */
export function openingOf({ first, growth }: DailyLevels, day: Day): number {
  return Math.min(Math.max(day - first, 0), growth.length - 1);
}

/** What 1 grew to from the close before `from` to the close of `to`. */
export function growthOver(levels: DailyLevels, from: Day, to: Day): number {
  const [start, end] = [openingOf(levels, from), openingOf(levels, to + 1)];
  if (levels.losses[end]! > levels.losses[start]!) return 0;
  return levels.growth[end]! / levels.growth[start]!;
}

/** Whether any of the days had capital. */
export function hadCapital(levels: DailyLevels, from: Day, to: Day): boolean {
  return levels.returns[openingOf(levels, to + 1)]! > levels.returns[openingOf(levels, from)]!;
}
