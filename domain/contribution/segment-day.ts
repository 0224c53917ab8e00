/** A day of some positions taken together, as the input of returns: what is a flow depends on the scope. */
import { add, amount, sign, ZERO, type Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import type { ReturnDay } from '../returns/model.ts';

/** In one currency. Flows are positive when value enters the segment. */
export interface SegmentAmounts {
  readonly opening: Decimal;
  readonly closing: Decimal;
  /** Across the boundary of the whole. */
  readonly bodExternal: Decimal;
  readonly eodExternal: Decimal;
  /** From and to other positions of the whole, those of the segment included. */
  readonly bodInternal: Decimal;
  readonly eodInternal: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
}

export interface DayMarks {
  readonly estimated: boolean;
  readonly open: boolean;
}

/**
 * `netted`: movements between positions are taken together, as an inflow at the beginning of the day when
 * more came in, as an outflow at its end when more went out, so that a switch within the segment is none.
 * `stored`: they stay where the books have them, as befits a single position.
 */
export type InternalFlows = 'netted' | 'stored';

/** Amounts are rounded to the places of the books. */
export function segmentReturnDay(
  day: Day,
  amounts: SegmentAmounts,
  internal: InternalFlows,
  { estimated, open }: DayMarks,
): ReturnDay {
  const [begin, end] =
    internal === 'stored'
      ? [amounts.bodInternal, amounts.eodInternal]
      : netted(add(amounts.bodInternal, amounts.eodInternal));
  return {
    day,
    bodMarketValue: amount(amounts.opening),
    bodCashflow: amount(add(amounts.bodExternal, begin)),
    eodCashflow: amount(add(amounts.eodExternal, end)),
    eodMarketValue: amount(amounts.closing),
    income: amount(amounts.income),
    fees: amount(amounts.fees),
    taxes: amount(amounts.taxes),
    estimated,
    open,
  };
}

function netted(flow: Decimal): [Decimal, Decimal] {
  return sign(flow) > 0 ? [flow, ZERO] : [ZERO, flow];
}
