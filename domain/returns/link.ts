/**
 * Geometric linking. A chain holds running products of a series of days, so that the return over any
 * stretch is one division, however long the stretch.
 */
import {
  add,
  divide,
  multiply,
  ONE,
  round,
  subtract,
  ZERO,
  isZero,
  equal,
  type Decimal,
} from '../decimal.ts';
import { dayReturn, type DayReturn, type UndefinedDay } from './daily.ts';
import { RETURN_SCALE, type ReturnDay, type ReturnOptions } from './model.ts';

/**
 * Places of the running product: ten more than are published. A product below 10⁻¹⁰ has more of them, so
 * that a stretch after a loss of nearly everything still has more digits than are shown.
 */
export const CHAIN_SCALE = 30;
const LEAST_COEFFICIENT = 10n ** 20n;

/** A row, by its place in the series, whose return is not plain. */
export interface MarkedRow<C extends string> {
  readonly row: number;
  readonly code: C;
}

export interface ReturnChain {
  readonly days: readonly ReturnDay[];
  readonly options: ReturnOptions;
  /** Product of the factors before row `i`; days that lost everything are left out of it and counted. */
  readonly products: readonly Decimal[];
  /** Days before row `i` whose factor is zero. */
  readonly losses: Int32Array;
  /** Days before row `i` that had a return. */
  readonly returns: Int32Array;
  readonly undefinedRows: readonly MarkedRow<UndefinedDay>[];
  /** Rows without capital on which value appeared or vanished all the same. */
  readonly unexplainedRows: readonly number[];
  /** Rows before which days are missing while something was held. */
  readonly gapRows: readonly number[];
  /** Rows before which days are missing while nothing was held. */
  readonly bridgedRows: readonly number[];
}

/** Whether nothing was held from the close of one row to the opening of the next (or outside the series). */
export function nothingHeld(before: ReturnDay | undefined, after: ReturnDay | undefined): boolean {
  return (!before || isZero(before.eodMarketValue)) && (!after || isZero(after.bodMarketValue));
}

/** How many days two lists begin with in common: the very same objects. */
export function sharedDays(a: readonly ReturnDay[], b: readonly ReturnDay[]): number {
  const end = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < end && a[shared] === b[shared]) shared++;
  return shared;
}

/**
 * Links days in ascending order. Throws `RangeError` when they are not.
 * @param former a chain with the same options: of the days that both begin with nothing is computed again
 */
export function linkDays(
  days: readonly ReturnDay[],
  options: ReturnOptions,
  former?: ReturnChain,
): ReturnChain {
  const shared = former ? sharedDays(former.days, days) : 0;
  const isShared = (row: number) => row < shared;
  const products: Decimal[] = former ? former.products.slice(0, shared + 1) : [ONE];
  const losses = new Int32Array(days.length + 1);
  const returns = new Int32Array(days.length + 1);
  if (former) {
    losses.set(former.losses.subarray(0, shared + 1));
    returns.set(former.returns.subarray(0, shared + 1));
  }
  const undefinedRows = former?.undefinedRows.filter(({ row }) => isShared(row)) ?? [];
  const unexplainedRows = former?.unexplainedRows.filter(isShared) ?? [];
  const gapRows = former?.gapRows.filter(isShared) ?? [];
  const bridgedRows = former?.bridgedRows.filter(isShared) ?? [];
  let product = products.at(-1)!;
  for (let row = shared; row < days.length; row++) {
    const day = days[row]!;
    const before = days[row - 1];
    if (before && before.day >= day.day) throw new RangeError('the days of a series must ascend');
    if (before && before.day + 1 !== day.day) (nothingHeld(before, day) ? bridgedRows : gapRows).push(row);
    const value = dayReturn(day, options);
    losses[row + 1] = losses[row]!;
    returns[row + 1] = returns[row]!;
    if (value.kind === 'return') {
      returns[row + 1]! += 1;
      if (isZero(value.result)) losses[row + 1]! += 1;
      else product = grow(product, value);
    } else if (value.kind === 'undefined') undefinedRows.push({ row, code: value.code });
    else if (value.valueChanged) unexplainedRows.push(row);
    products.push(product);
  }
  return {
    days,
    options,
    products,
    losses,
    returns,
    undefinedRows,
    unexplainedRows,
    gapRows,
    bridgedRows,
  };
}

/** As many more places after a loss of nearly everything as leave the product its digits, so that it is never 0. */
function grow(product: Decimal, { result, capital }: Extract<DayReturn, { kind: 'return' }>): Decimal {
  if (equal(result, capital)) return product;
  const grown = multiply(product, result);
  let scale = CHAIN_SCALE;
  let quotient = divide(grown, capital, scale);
  while (quotient.coefficient < LEAST_COEFFICIENT) quotient = divide(grown, capital, (scale += CHAIN_SCALE));
  return quotient;
}

/**
 * The growth factor over rows `first` to `last` (both included), to 20 places. The caller has made sure
 * that no undefined day and no gap lies between.
 */
export function growthOver(chain: ReturnChain, first: number, last: number): Decimal {
  if (chain.losses[last + 1]! > chain.losses[first]!) return ZERO;
  return divide(chain.products[last + 1]!, chain.products[first]!, RETURN_SCALE);
}

/** The index after a row: 1 at the opening of the series' first row, to 20 places. */
export function indexAfter(chain: ReturnChain, row: number): Decimal {
  return growthOver(chain, 0, row);
}

/** Links returns given as fractions (−0.05 is a loss of 5 %) into one, to 20 places. */
export function linkReturns(returns: Iterable<Decimal>): Decimal {
  let product = ONE;
  for (const value of returns) product = round(multiply(product, add(ONE, value)), CHAIN_SCALE);
  return subtract(round(product, RETURN_SCALE), ONE);
}
