/** A day's external flows as the chosen conventions place them. */
import { add, sum, ZERO, type Decimal } from '../decimal.ts';
import type { ReturnDay, ReturnOptions } from './model.ts';

/** External flows of a day, positive when value enters. */
export interface TimedFlows {
  /** Part of the capital that earns the day's return. */
  readonly begin: Decimal;
  /** Happens after the day's return. */
  readonly end: Decimal;
}

export function timedFlows(day: ReturnDay, options: ReturnOptions): TimedFlows {
  switch (options.flowTiming) {
    case 'in-begin-out-end':
      return { begin: day.bodCashflow, end: day.eodCashflow };
    case 'begin':
      return { begin: add(day.bodCashflow, day.eodCashflow), end: ZERO };
    case 'end':
      return { begin: ZERO, end: add(day.bodCashflow, day.eodCashflow) };
    default:
      return options.flowTiming satisfies never;
  }
}

/**
 * Costs that the options do not count as a loss. They are treated as money taken out at the end of
 * their day, whatever the flow timing, which is the same as adding them to the day's closing value.
 */
export function addedBack(day: ReturnDay, options: ReturnOptions): Decimal {
  return sum([options.basis === 'gross' ? day.fees : ZERO, options.taxes === 'before' ? day.taxes : ZERO]);
}
