/** What of a portfolio's external flows went to, or came from, other portfolios of its group. */
import { toBase } from '../books/booking.ts';
import type { FlowTiming } from '../events.ts';
import {
  abs,
  add,
  compare,
  divide,
  isZero,
  multiplyAmount,
  negate,
  ONE,
  RATE_SCALE,
  subtract,
  sum,
  ZERO,
} from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { Movement } from './transfers.ts';

/** A movement with the rate of its base amount: the one recorded with it, else the market's. */
export interface RatedMovement extends Movement {
  /** One local unit in the portfolio's base currency; `null` when it is not known. */
  readonly fxRate: Decimal | null;
}

/** The external flows of a security in a portfolio on a day, as the books have them: sums of movements. */
export interface FlowDay {
  readonly isCash: boolean;
  /** When what comes in, and what goes out, counts in this portfolio. */
  readonly inflowTiming: FlowTiming;
  readonly outflowTiming: FlowTiming;
  /** In the security's currency. */
  readonly bodFlow: Decimal;
  readonly eodFlow: Decimal;
  /** The same in the portfolio's base currency. */
  readonly bodFlowBase: Decimal;
  readonly eodFlowBase: Decimal;
  /** What a unit was worth at the end of the day; `null` where none was left. */
  readonly price: Decimal | null;
  /** All that the flows are the sums of. */
  readonly movements: readonly RatedMovement[];
}

/** Base currency, positive when value entered the portfolio. */
export interface Flows {
  readonly bod: Decimal;
  readonly eod: Decimal;
}

/**
 * The part of a day's flows that is internal to the group. Where all of a column's movements are, it is
 * the column, exactly; where only some are, units count at the day's value of a unit.
 */
export function internalFlows(day: FlowDay, isInternal: (movement: RatedMovement) => boolean): Flows {
  return { bod: internalOf(day, 'bod', isInternal), eod: internalOf(day, 'eod', isInternal) };
}

function internalOf(
  day: FlowDay,
  column: FlowTiming,
  isInternal: (movement: RatedMovement) => boolean,
): Decimal {
  const all = columnOf(day, column);
  const internal = all.filter(isInternal);
  if (internal.length === 0) return ZERO;
  if (internal.length === all.length) return column === 'bod' ? day.bodFlowBase : day.eodFlowBase;
  const unit = unitValue(day, column);
  return sum(
    internal.map((movement) => toBase(multiplyAmount(signed(movement), unit), movement.fxRate) ?? ZERO),
  );
}

function columnOf({ movements, inflowTiming, outflowTiming }: FlowDay, column: FlowTiming): RatedMovement[] {
  return movements.filter(({ direction }) => (direction === 'in' ? inflowTiming : outflowTiming) === column);
}

function signed({ direction, size }: Movement): Decimal {
  return direction === 'in' ? size : negate(size);
}

/**
 * What the books valued a unit of the day's movements at. The closing price, where it explains the flows;
 * else what the flows come to by unit: after a split within the day, or with nothing left at its end.
 */
function unitValue(day: FlowDay, column: FlowTiming): Decimal {
  if (day.isCash) return ONE;
  const other = column === 'bod' ? 'eod' : 'bod';
  return valueByFlows(day, column) ?? valueByFlows(day, other) ?? day.price ?? ZERO;
}

const LAST_PLACE: Decimal = { coefficient: 1n, scale: 10 };

function valueByFlows(day: FlowDay, column: FlowTiming): Decimal | undefined {
  const movements = columnOf(day, column);
  const units = sum(movements.map(signed));
  if (isZero(units)) return undefined;
  const flow = column === 'bod' ? day.bodFlow : day.eodFlow;
  const rounding = movements.reduce((limit) => add(limit, LAST_PLACE), LAST_PLACE);
  const explains = day.price && abs(subtract(multiplyAmount(units, day.price), flow));
  return explains && compare(explains, rounding) <= 0 ? day.price : divide(flow, units, RATE_SCALE);
}
