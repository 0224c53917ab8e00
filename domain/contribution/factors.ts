/** What turns a part's gain of a day into its contribution to the whole's linked return. */
import { divide, isZero, ONE, ZERO, type Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import { dayReturn } from '../returns/daily.ts';
import { CHAIN_SCALE, type ReturnChain } from '../returns/link.ts';
import type { Stretch } from '../returns/stretch.ts';

/** Places of a factor; it multiplies money, so that far more than the places of a return are kept. */
const FACTOR_SCALE = 40;

/** The factors of one day of the whole; zero on a day without a return. */
export interface DayFactors {
  readonly day: Day;
  /** Growth of the whole from the chain's beginning to this day's opening, per unit of the day's capital. */
  readonly contribution: Decimal;
  /** One over the day's opening value; zero where there is none. */
  readonly share: Decimal;
}

/** The factors of rows `first` to `last`. */
export function dayFactors(chain: ReturnChain, first: number, last: number): DayFactors[] {
  const factors: DayFactors[] = [];
  for (let row = first; row <= last; row++) {
    const of = chain.days[row]!;
    const value = dayReturn(of, chain.options);
    if (value.kind !== 'return') factors.push({ day: of.day, contribution: ZERO, share: ZERO });
    else {
      const product = chain.products[row]!;
      // Where the product has more places, after a loss of nearly everything, so has what is made of it.
      const places = FACTOR_SCALE + Math.max(product.scale - CHAIN_SCALE, 0);
      factors.push({
        day: of.day,
        contribution: divide(product, value.capital, places),
        share: isZero(of.bodMarketValue) ? ZERO : divide(ONE, of.bodMarketValue, FACTOR_SCALE),
      });
    }
  }
  return factors;
}

/** A stretch of the whole's days over which contributions are summed. */
export interface LinkedStretch {
  readonly first: Day;
  readonly last: Day;
  /** The last day that moves the return: after everything is lost, nothing does. */
  readonly linkedTo: Day;
  /** Growth from the chain's beginning to the stretch's opening; a sum of factors × gains is divided by it. */
  readonly growth: Decimal;
  /** Days with a return and with value at their opening: those that weights are averaged over. */
  readonly weighedDays: number;
}

/** Rows `first` to `last`, of which there must be one. */
export function linkedStretch(chain: ReturnChain, { first, last }: Stretch): LinkedStretch {
  let linked = last;
  for (let row = first; row < last && linked === last; row++)
    if (chain.losses[row + 1]! > chain.losses[first]!) linked = row;
  let weighed = 0;
  for (let row = first; row <= last; row++)
    if (chain.returns[row + 1]! > chain.returns[row]! && !isZero(chain.days[row]!.bodMarketValue))
      weighed += 1;
  return {
    first: chain.days[first]!.day,
    last: chain.days[last]!.day,
    linkedTo: chain.days[linked]!.day,
    growth: chain.products[first]!,
    weighedDays: weighed,
  };
}
