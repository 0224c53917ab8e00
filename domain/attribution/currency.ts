/**
 * What of a day's excess return came of the movement of exchange rates: the segment's currency return against
 * the benchmark's, in the form that allocation has (E. M. Ankrim and C. R. Hensel, *Multicurrency Performance
 * Attribution*, Financial Analysts Journal, 1994), without the forward premium that they take out of it.
 */
import { multiply, subtract, type Decimal } from '../decimal.ts';
import { dayEffects, type Effects, type SegmentDay } from './brinson.ts';

/** What exchange rates brought; the day's other figures have it in them. */
export interface CurrencyDay {
  /** The segment's gain by them over the portfolio's capital. */
  readonly contribution: Decimal;
  /** The same over the segment's own capital; `null` where it had none. */
  readonly ownReturn: Decimal | null;
  /** Of the segment in the benchmark; `null` where that has nothing of it. */
  readonly benchmarkReturn: Decimal | null;
  readonly benchmarkTotal: Decimal;
}

/**
 * The effects of local returns, those without what exchange rates brought, and beside them
 *
 *     currency = contribution − b F − (w − b) G
 *
 * with the weights w and b, the currency return F of the segment in the benchmark, and G the benchmark's.
 * Summed over segments this is the portfolio's currency return less the benchmark's, so that all effects
 * together are the difference of the whole returns.
 */
export function effectsApart(segment: SegmentDay, benchmarkTotal: Decimal, by: CurrencyDay): Effects {
  const { weight, benchmarkWeight } = segment;
  const local = dayEffects(
    {
      ...segment,
      contribution: subtract(segment.contribution, by.contribution),
      ownReturn: difference(segment.ownReturn, by.ownReturn),
      benchmarkReturn: difference(segment.benchmarkReturn, by.benchmarkReturn),
    },
    subtract(benchmarkTotal, by.benchmarkTotal),
  );
  const ofBenchmark = by.benchmarkReturn === null ? [] : [multiply(benchmarkWeight, by.benchmarkReturn)];
  const beyond = multiply(subtract(weight, benchmarkWeight), by.benchmarkTotal);
  return { ...local, currency: [...ofBenchmark, beyond].reduce(subtract, by.contribution) };
}

function difference(whole: Decimal | null, part: Decimal | null): Decimal | null {
  return whole === null || part === null ? null : subtract(whole, part);
}
