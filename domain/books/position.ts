/** Moving units in and out of a position: closing what is opposite first, opening a lot with the rest. */
import { abs, add, compare, format, isZero, min, negate, sign, subtract, sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { NOTHING_REALISED, refuse, toBase } from './booking.ts';
import type { Booking, Realised, Refusal } from './booking.ts';
import { closeLots, costBaseOf, openLot, shareOf } from './lots.ts';
import type { Lot, PositionState } from './model.ts';

function addKnown(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : add(a, b);
}

/** The gain of parting with cost for a value, both signed as value received. */
export function realise(
  received: Decimal,
  receivedBase: Decimal | null,
  cost: Decimal,
  costBase: Decimal | null,
  fx: Decimal | null,
): Realised {
  const local = subtract(received, cost);
  const base = receivedBase === null || costBase === null ? null : subtract(receivedBase, costBase);
  const price = base === null ? null : toBase(local, fx);
  return { local, base, price, fx: base === null || price === null ? null : subtract(base, price) };
}

/** Cost in local and base currency. */
interface Costs {
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly costBase: Decimal | null;
}

/**
 * The state with other lots, and with a gain added to what was realised before. `totals` are those of the
 * lots, for a caller that knows them without adding up.
 */
export function withLots(
  state: PositionState,
  lots: readonly Lot[],
  realised: Realised,
  totals: Costs = {
    quantity: sum(lots.map((lot) => lot.quantity)),
    cost: sum(lots.map((lot) => lot.cost)),
    costBase: costBaseOf(lots),
  },
): PositionState {
  return {
    quantity: totals.quantity,
    cost: totals.cost,
    costBase: totals.costBase,
    lots,
    realizedLocal: add(state.realizedLocal, realised.local),
    realized: addKnown(state.realized, realised.base),
    realizedPrice: addKnown(state.realizedPrice, realised.price),
    realizedFx: addKnown(state.realizedFx, realised.fx),
    lastTrade: state.lastTrade,
    splits: state.splits,
    everHeld: state.everHeld || lots.length > 0,
  };
}

export interface Move {
  /** Signed units. */
  readonly quantity: Decimal;
  /** What they cost, or brought (negative), signed like the quantity. */
  readonly value: Decimal;
  /** The same in base currency, when it is not the value at the booking's rate. */
  readonly valueBase?: Decimal | null;
  /** The units leave at their cost: nothing is realised (a transfer). */
  readonly atCost?: boolean;
}

export interface Moved {
  readonly after: PositionState;
  readonly realised: Realised;
}

/**
 * Moves units. Lots of the opposite sign are closed first and realise their share of the value; what is
 * left opens a lot: long for units that come in, short for units that go out.
 */
export function move(booking: Booking, { quantity, value, valueBase, atCost }: Move): Moved {
  const { settings, key, state, transaction, fx } = booking;
  const base = valueBase === undefined ? toBase(value, fx) : valueBase;
  let { lots, cost, costBase } = state;
  let open = { quantity, value, base };
  let realised = NOTHING_REALISED;
  if (sign(state.quantity) === -sign(quantity) && !isZero(quantity)) {
    const wanted = abs(quantity);
    const size = min(wanted, abs(state.quantity));
    const whole = compare(size, wanted) === 0;
    const closed = whole ? value : shareOf(value, size, wanted);
    const closedBase = whole || base === null ? base : shareOf(base, size, wanted);
    const { left, taken } = closeLots(lots, size, settings.method, transaction.lots);
    const given = sum(taken.map((lot) => lot.cost));
    const givenBase = costBaseOf(taken);
    if (!atCost) realised = realise(negate(closed), closedBase && negate(closedBase), given, givenBase, fx);
    lots = left;
    cost = subtract(cost, given);
    // Once a lot of unknown base cost is gone, what is left may be known again.
    costBase = costBase === null || givenBase === null ? costBaseOf(left) : subtract(costBase, givenBase);
    open = {
      quantity: sign(quantity) < 0 ? add(quantity, size) : subtract(quantity, size),
      value: subtract(value, closed),
      base: base === null || closedBase === null ? null : subtract(base, closedBase),
    };
  }
  if (!isZero(open.quantity)) {
    const lot: Lot = {
      id: transaction.id,
      opened: transaction.day,
      openedAt: transaction.at,
      quantity: open.quantity,
      cost: open.value,
      costBase: open.base,
      fxRate: fx,
    };
    lots = openLot(lots, lot, settings.method, key.isCash);
    cost = add(cost, open.value);
    costBase = addKnown(costBase, open.base);
  }
  const totals = { quantity: add(state.quantity, quantity), cost, costBase };
  return { after: withLots(state, lots, realised, totals), realised };
}

/** Why units cannot leave: more than is held in a long-only book, or lots that are not there. */
export function cannotLeave(booking: Booking, quantity: Decimal): Refusal | undefined {
  const { settings, key, state, transaction } = booking;
  if (!key.isCash && !settings.allowShort && compare(quantity, state.quantity) > 0)
    return refuse(
      booking,
      'insufficient_quantity',
      `${format(quantity)} cannot leave, ${format(state.quantity)} held at that moment`,
    );
  return settings.method === 'specific' ? cannotClose(booking, quantity, transaction.lots ?? []) : undefined;
}

function cannotClose(
  booking: Booking,
  quantity: Decimal,
  named: NonNullable<Booking['transaction']['lots']>,
): Refusal | undefined {
  const wanted = new Map<string, Decimal>();
  for (const name of named) wanted.set(name.lotId, add(wanted.get(name.lotId) ?? ZERO, name.quantity));
  for (const [lotId, units] of wanted) {
    const lot = booking.state.lots.find((candidate) => candidate.id === lotId);
    if (!lot) {
      const held = booking.state.lots.map((candidate) => candidate.id).join(', ') || 'none';
      return refuse(booking, 'unknown_lot', `lot ${lotId} is not held at that moment (held: ${held})`);
    }
    if (compare(units, abs(lot.quantity)) > 0)
      return refuse(
        booking,
        'insufficient_quantity',
        `${format(units)} of lot ${lotId} cannot leave, ${format(abs(lot.quantity))} held in it`,
      );
  }
  const total = sum(wanted.values());
  if (compare(total, quantity) <= 0) return undefined;
  return refuse(
    booking,
    'unknown_lot',
    `the lots named add up to ${format(total)}, the transaction to ${format(quantity)}`,
  );
}
