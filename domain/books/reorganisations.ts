/** SPLIT, and the reorganisations that move lots from one key to another: SPIN_OFF, MERGER, EXCHANGE. */
import {
  add,
  compare,
  divide,
  equal,
  isZero,
  max,
  min,
  multiply,
  multiplyAmount,
  negate,
  ONE,
  RATE_SCALE,
  round,
  sign,
  subtract,
  sum,
  ZERO,
} from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { NOTHING_REALISED, priceOf, refuse, toBase } from './booking.ts';
import type { Booked, Booking, Posting } from './booking.ts';
import { neverHeld } from './income.ts';
import { closeLots, costBaseOf, openLot, recoverCost } from './lots.ts';
import type { Lot, PositionState } from './model.ts';
import { cannotLeave, move, realise, withLots } from './position.ts';
import { netProceeds } from './transactions.ts';

function timesRatio(quantity: Decimal, ratio: Decimal): Decimal {
  return round(multiply(quantity, ratio), RATE_SCALE);
}

/** Every lot's units times the ratio; fractions stay, the cost stays. */
export function split(booking: Booking): Booked {
  const { transaction, key, state, fx } = booking;
  if (!state.everHeld) return neverHeld(booking);
  const ratio = transaction.ratio ?? ONE;
  const lots = state.lots.map((lot) => ({ ...lot, quantity: timesRatio(lot.quantity, ratio) }));
  const trade = state.lastTrade;
  const after: PositionState = {
    ...withLots(state, lots, NOTHING_REALISED),
    lastTrade: trade && { day: trade.day, price: divide(trade.price, ratio, RATE_SCALE) },
    splits: [...state.splits, { day: transaction.day, ratio }],
  };
  return [{ key, fx, after, realised: NOTHING_REALISED }];
}

/** The lots that stay and the lots that move, the latter still in the source's units and currency. */
function divideLots(booking: Booking): { stay: readonly Lot[]; leave: readonly Lot[] } {
  const { state, settings, transaction } = booking;
  if (transaction.type === 'SPIN_OFF') {
    const fraction = transaction.targetId === undefined ? ZERO : (transaction.costFraction ?? ZERO);
    const leave = state.lots.map((lot) => ({
      ...lot,
      cost: multiplyAmount(lot.cost, fraction),
      costBase: lot.costBase && multiplyAmount(lot.costBase, fraction),
    }));
    const stay = state.lots.map((lot, index) => {
      const part = leave[index]!;
      const costBase = lot.costBase && part.costBase && subtract(lot.costBase, part.costBase);
      return { ...lot, cost: subtract(lot.cost, part.cost), costBase };
    });
    return { stay, leave };
  }
  if (transaction.type === 'MERGER' || isZero(transaction.quantity)) return { stay: [], leave: state.lots };
  const units = min(transaction.quantity, max(state.quantity, negate(state.quantity)));
  const { left, taken } = closeLots(state.lots, units, settings.method, transaction.lots);
  return { stay: left, leave: taken };
}

/**
 * Lots change keys by the ratio, keeping their age and their base cost. Cash in lieu first recovers the
 * cost that moves (all of it where nothing is received); what exceeds it is a gain. The value that flows
 * is that of the units received, else of those given, else the cost carried.
 */
export function reorganise(booking: Booking): Booked {
  const { transaction, key, state, fx, market, settings } = booking;
  if (!state.everHeld && !key.isCash) return neverHeld(booking);
  const target = transaction.targetId === undefined ? undefined : booking.other(transaction.targetId);
  if (target && (key.isCash || target.key.isCash) && transaction.type !== 'SPIN_OFF')
    return convert(booking, target);
  if (transaction.type === 'EXCHANGE') {
    const refusal = cannotLeave(booking, transaction.quantity);
    if (refusal) return refusal;
  }
  const targetFx = target ? fxOf(booking, target.key.currency) : fx;
  const cross = target ? crossRate(fx, targetFx, key.currency === target.key.currency) : ONE;
  if (cross === null)
    return refuse(booking, 'missing_fx_rate', 'no rate between the two currencies is known');

  const { stay, leave } = divideLots(booking);
  const cash = netProceeds(transaction);
  const moved = target ? recoverCost(leave, cash) : undefined;
  // Without a target the lots themselves are paid out; a spin-off of nothing leaves them where they are.
  const gone = moved ?? { recovered: sum(leave.map((lot) => lot.cost)), recoveredBase: costBaseOf(leave) };
  const realised =
    isZero(cash) && isZero(gone.recovered)
      ? NOTHING_REALISED
      : realise(cash, toBase(cash, fx), gone.recovered, gone.recoveredBase, fx);
  const after = withLots(state, stay, realised);
  const shares = { fees: transaction.fees, taxes: transaction.taxes, realised };
  const out = { key, fx, after, timing: settings.outflowTiming, ...shares };
  if (!target || !moved || leave.length === 0) return [{ ...out, flow: negate(cash) }];

  const ratio = transaction.ratio ?? ONE;
  const received = moved.lots.map((lot) => receivedLot(lot, ratio, cross));
  const targetState = target.key.securityId === key.securityId ? after : target.state;
  const price = priceOf(market, target.key, targetState, transaction.day)?.price;
  const own = priceOf(market, key, state, transaction.day)?.price;
  const value =
    price !== undefined
      ? multiplyAmount(sum(received.map((lot) => lot.quantity)), price)
      : own !== undefined && transaction.type !== 'SPIN_OFF'
        ? multiplyAmount(subtract(multiplyAmount(sum(leave.map((lot) => lot.quantity)), own), cash), cross)
        : sum(received.map((lot) => lot.cost));
  const given = cross === ONE ? value : divide(value, cross, 10);
  return [
    { ...out, flow: negate(add(given, cash)) },
    {
      key: target.key,
      fx: targetFx,
      ...receive(booking, target.key, targetState, targetFx, received),
      flow: value,
      timing: settings.inflowTiming,
    },
  ];
}

function receivedLot(lot: Lot, ratio: Decimal, cross: Decimal): Lot {
  const cost = cross === ONE ? lot.cost : multiplyAmount(lot.cost, cross);
  const fxRate =
    cross === ONE
      ? lot.fxRate
      : lot.costBase && !isZero(cost)
        ? divide(lot.costBase, cost, RATE_SCALE)
        : null;
  return { ...lot, quantity: timesRatio(lot.quantity, ratio), cost, fxRate };
}

/** Lots arriving at their cost; where the target is held the other way round they close it instead. */
function receive(
  booking: Booking,
  key: Posting['key'],
  state: PositionState,
  fx: Decimal | null,
  lots: readonly Lot[],
): Pick<Posting, 'after' | 'realised'> {
  const opposed = lots.length > 0 && sign(state.quantity) === -sign(lots[0]!.quantity);
  if (opposed) {
    const [quantity, value] = [sum(lots.map((lot) => lot.quantity)), sum(lots.map((lot) => lot.cost))];
    return move({ ...booking, key, state, fx }, { quantity, value, valueBase: costBaseOf(lots) });
  }
  let held = state.lots;
  for (const lot of lots) held = openLot(held, lot, booking.settings.method, key.isCash);
  return { after: withLots(state, held, NOTHING_REALISED), realised: NOTHING_REALISED };
}

function fxOf(booking: Booking, currency: string): Decimal | null {
  if (currency === booking.settings.baseCurrency) return ONE;
  if (currency === booking.key.currency) return booking.fx;
  return booking.market.fx(currency, booking.transaction.day) ?? null;
}

/** One unit of the source's currency in the target's. */
function crossRate(source: Decimal | null, target: Decimal | null, same: boolean): Decimal | null {
  if (same || (source !== null && target !== null && equal(source, target))) return ONE;
  return source === null || target === null ? null : divide(source, target, RATE_SCALE);
}

/**
 * An exchange with cash on a side is a disposal and an acquisition at the amount of that cash, since
 * cash has no cost but itself: CASH_EUR into CASH_USD at a ratio is a currency exchange.
 */
function convert(
  booking: Booking,
  target: { readonly key: Posting['key']; readonly state: PositionState },
): Booked {
  const { transaction, key, state, fx, settings } = booking;
  const units = isZero(transaction.quantity) ? state.quantity : transaction.quantity;
  if (sign(units) <= 0) return neverHeld(booking);
  const refusal = cannotLeave(booking, units);
  if (refusal) return refusal;
  const received = timesRatio(units, transaction.ratio ?? ONE);
  const targetFx = fxOf(booking, target.key.currency);
  const cross = crossRate(fx, targetFx, key.currency === target.key.currency);
  const amounts = convertedAmounts(key.isCash, target.key.isCash, units, received, cross);
  if (!amounts) return refuse(booking, 'missing_fx_rate', 'no rate between the two currencies is known');
  const valueBase = toBase(amounts.given, fx);
  const impliedFx =
    targetFx === ONE || valueBase === null || compare(amounts.taken, ZERO) === 0
      ? targetFx
      : divide(valueBase, amounts.taken, RATE_SCALE);
  const out = move(booking, { quantity: negate(units), value: negate(amounts.given) });
  const into = move(
    { ...booking, key: target.key, state: target.state, fx: impliedFx },
    { quantity: received, value: amounts.taken, valueBase: targetFx === ONE ? amounts.taken : valueBase },
  );
  return [
    { key, fx, ...out, flow: negate(amounts.given), timing: settings.outflowTiming },
    { key: target.key, fx: impliedFx, ...into, flow: amounts.taken, timing: settings.inflowTiming },
  ];
}

function convertedAmounts(
  sourceIsCash: boolean,
  targetIsCash: boolean,
  units: Decimal,
  received: Decimal,
  cross: Decimal | null,
): { given: Decimal; taken: Decimal } | undefined {
  if (sourceIsCash && targetIsCash) return { given: units, taken: received };
  if (cross === null) return undefined;
  return sourceIsCash
    ? { given: units, taken: multiplyAmount(units, cross) }
    : { given: divide(received, cross, 10), taken: received };
}
