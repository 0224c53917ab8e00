/**
 * Links the effects of days into those of a period, so that they add up to the portfolio's return less the
 * benchmark's: A. Frongello (*Linking Single Period Attribution Results*, Journal of Performance Measurement,
 * 2002). A day's effect grows with the portfolio before the day and with the benchmark after it:
 *
 *     Σ P(t−1) (p(t) − b(t)) B(T)/B(t) = P(T) − B(T)
 *
 * because each term is P(t) B(T)/B(t) − P(t−1) B(T)/B(t−1). Nothing is left over, and no day's effect is
 * stretched by what happened on the others other than by growth itself.
 */
import { add, divide, multiply, ONE, round, subtract, type Decimal } from '../decimal.ts';

/** Places of a factor and of the running products. */
const LINK_SCALE = 30;

export interface LinkedPair {
  readonly portfolio: Decimal;
  readonly benchmark: Decimal;
}

/**
 * The factor of each day's effects.
 * @param days the day's returns, as fractions
 */
export function linkingFactors(days: readonly LinkedPair[]): Decimal[] {
  const after: Decimal[] = new Array<Decimal>(days.length).fill(ONE);
  for (let i = days.length - 2; i >= 0; i--) after[i] = grown(after[i + 1]!, days[i + 1]!.benchmark);
  let before = ONE;
  return days.map(({ portfolio }, i) => {
    const factor = round(multiply(before, after[i]!), LINK_SCALE);
    before = grown(before, portfolio);
    return factor;
  });
}

function grown(product: Decimal, by: Decimal): Decimal {
  return round(multiply(product, add(ONE, by)), LINK_SCALE);
}

/** The return from one level of an index to another. */
export function returnBetween(before: Decimal, after: Decimal): Decimal {
  return subtract(divide(after, before, LINK_SCALE), ONE);
}
