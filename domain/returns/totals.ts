/** Running sums over a series of days, so that the sums of any stretch are two look-ups. */
import {
  add,
  decimal,
  isZero,
  multiply,
  negate,
  sign,
  subtract,
  toNumber,
  ZERO,
  type Decimal,
} from '../decimal.ts';
import type { Day } from '../dates.ts';
import { addedBack, timedFlows } from './flows.ts';
import type { ReturnDay, ReturnOptions } from './model.ts';

type SumName = 'inflows' | 'outflows' | 'income' | 'fees' | 'taxes' | 'addedBack' | 'flows' | 'flowMoments';

/**
 * `inflows` (≥ 0) and `outflows` (≤ 0) are the external flows by sign. `flows` are those the rates are
 * computed from, costs added back among them as money taken out, and `flowMoments` the sums of flow × day
 * of flow.
 */
export type Sums = Readonly<Record<SumName, Decimal>>;

/** A flow in row `row`, on the close of `day`: one at the beginning of a day is on the close before. */
export interface RowFlow {
  readonly row: number;
  readonly day: Day;
  readonly amount: number;
}

export interface RunningTotals {
  readonly before: readonly Sums[];
  /** Counts of open and of estimated days before row `i`. */
  readonly open: Int32Array;
  readonly estimated: Int32Array;
  readonly rowFlows: readonly RowFlow[];
}

const NOTHING: Sums = {
  inflows: ZERO,
  outflows: ZERO,
  income: ZERO,
  fees: ZERO,
  taxes: ZERO,
  addedBack: ZERO,
  flows: ZERO,
  flowMoments: ZERO,
};

/** @param former totals with the same options, of days of which the first `shared` are the same */
export function runningTotals(
  days: readonly ReturnDay[],
  options: ReturnOptions,
  former?: { readonly totals: RunningTotals; readonly shared: number },
): RunningTotals {
  const { totals, shared } = former ?? { totals: undefined, shared: 0 };
  const before: Sums[] = totals?.before.slice(0, shared + 1) ?? [NOTHING];
  const open = new Int32Array(days.length + 1);
  const estimated = new Int32Array(days.length + 1);
  if (totals) {
    open.set(totals.open.subarray(0, shared + 1));
    estimated.set(totals.estimated.subarray(0, shared + 1));
  }
  const rowFlows = totals?.rowFlows.filter(({ row }) => row < shared) ?? [];
  let sums = before.at(-1)!;
  for (let row = shared; row < days.length; row++) {
    const day = days[row]!;
    open[row + 1] = open[row]! + (day.open ? 1 : 0);
    estimated[row + 1] = estimated[row]! + (day.estimated ? 1 : 0);
    if (moves(day)) sums = addDay(sums, rowFlows, row, day, options);
    before.push(sums);
  }
  return { before, open, estimated, rowFlows };
}

function moves({ bodCashflow, eodCashflow, income, fees, taxes }: ReturnDay): boolean {
  return ![bodCashflow, eodCashflow, income, fees, taxes].every(isZero);
}

function addDay(sums: Sums, rowFlows: RowFlow[], row: number, day: ReturnDay, options: ReturnOptions): Sums {
  const { begin, end } = timedFlows(day, options);
  const back = addedBack(day, options);
  const ending = subtract(end, back);
  for (const [flow, on] of [
    [begin, day.day - 1],
    [ending, day.day],
  ] as const) {
    if (!isZero(flow)) rowFlows.push({ row, day: on, amount: toNumber(flow) });
  }
  const external = [day.bodCashflow, day.eodCashflow];
  return {
    inflows: external.reduce((total, flow) => (sign(flow) > 0 ? add(total, flow) : total), sums.inflows),
    outflows: external.reduce((total, flow) => (sign(flow) < 0 ? add(total, flow) : total), sums.outflows),
    income: add(sums.income, day.income),
    fees: add(sums.fees, day.fees),
    taxes: add(sums.taxes, day.taxes),
    addedBack: add(sums.addedBack, back),
    flows: add(sums.flows, add(begin, ending)),
    flowMoments: add(sums.flowMoments, add(moment(begin, day.day - 1), moment(ending, day.day))),
  };
}

function moment(flow: Decimal, day: Day): Decimal {
  return multiply(flow, decimal(day));
}

/** The sums over rows `first` to `last`; nothing when there are none. */
export function sumsOver(totals: RunningTotals, first: number, last: number): Sums {
  if (first > last) return NOTHING;
  const [start, end] = [totals.before[first]!, totals.before[last + 1]!];
  const difference = (name: SumName) => add(end[name], negate(start[name]));
  return {
    inflows: difference('inflows'),
    outflows: difference('outflows'),
    income: difference('income'),
    fees: difference('fees'),
    taxes: difference('taxes'),
    addedBack: difference('addedBack'),
    flows: difference('flows'),
    flowMoments: difference('flowMoments'),
  };
}
