/**
 * What of a day's excess return over a benchmark came of how much was held of a segment, and what of which
 * things were held in it: the model of G. P. Brinson and N. Fachler (*Measuring Non-US Equity Portfolio
 * Performance*, Journal of Portfolio Management, 1985), with the interaction on its own as in Brinson, Hood
 * and Beebower (1986).
 */
import { add, isZero, multiply, subtract, ZERO, type Decimal } from '../decimal.ts';

export interface SegmentDay {
  /** Fraction of the portfolio's capital. */
  readonly weight: Decimal;
  /** The segment's gain over the portfolio's capital. */
  readonly contribution: Decimal;
  /** The return of the segment by itself; `null` where it had no capital. */
  readonly ownReturn: Decimal | null;
  readonly benchmarkWeight: Decimal;
  /** `null` where the benchmark has nothing of it. */
  readonly benchmarkReturn: Decimal | null;
}

export interface Effects {
  readonly allocation: Decimal;
  readonly selection: Decimal;
  readonly interaction: Decimal;
  /** Of exchange rates, where they are told apart; otherwise they are in the other effects. */
  readonly currency: Decimal;
}

export const EFFECTS = ['allocation', 'selection', 'interaction', 'currency'] as const;

export const NO_EFFECTS: Effects = {
  allocation: ZERO,
  selection: ZERO,
  interaction: ZERO,
  currency: ZERO,
};

/**
 *     allocation  = (w − b) (B − R)
 *     selection   = b (r − B)
 *     interaction = contribution − w B − selection
 *
 * with the weights w and b, the segment's returns r and B, and R the benchmark's. Summed over segments whose
 * weights add up to one on either side they are the portfolio's return less the benchmark's. The interaction
 * is (w − b)(r − B) but for what the day's trades brought: w is the weight before them.
 *
 * A segment that the benchmark has nothing of is all allocation: whatever it earned, it was held for it. One
 * that the portfolio has no capital in has no selection.
 */
export function dayEffects(segment: SegmentDay, benchmarkTotal: Decimal): Effects {
  const { weight, contribution, ownReturn, benchmarkWeight, benchmarkReturn } = segment;
  if (benchmarkReturn === null || isZero(benchmarkWeight))
    return { ...NO_EFFECTS, allocation: subtract(contribution, multiply(weight, benchmarkTotal)) };
  const allocation = multiply(subtract(weight, benchmarkWeight), subtract(benchmarkReturn, benchmarkTotal));
  const selection =
    ownReturn === null ? ZERO : multiply(benchmarkWeight, subtract(ownReturn, benchmarkReturn));
  const interaction = subtract(subtract(contribution, multiply(weight, benchmarkReturn)), selection);
  return { allocation, selection, interaction, currency: ZERO };
}

export function addEffects(a: Effects, b: Effects): Effects {
  return {
    allocation: add(a.allocation, b.allocation),
    selection: add(a.selection, b.selection),
    interaction: add(a.interaction, b.interaction),
    currency: add(a.currency, b.currency),
  };
}

export function scaleEffects(effects: Effects, factor: Decimal): Effects {
  return {
    allocation: multiply(effects.allocation, factor),
    selection: multiply(effects.selection, factor),
    interaction: multiply(effects.interaction, factor),
    currency: multiply(effects.currency, factor),
  };
}

export function totalEffect({ allocation, selection, interaction, currency }: Effects): Decimal {
  return add(add(allocation, selection), add(interaction, currency));
}
