/** TRANSFER_IN and TRANSFER_OUT: units that cross the portfolio's boundary at market value. */
import { isZero, multiplyAmount, negate, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { priceOf } from './booking.ts';
import type { Booked, Booking } from './booking.ts';
import { cannotLeave, move } from './position.ts';
import { cashIn, cashOut } from './trades.ts';

/** Units at the day's valuation price, else at the value the transaction states, else unknown. */
function transferValue(booking: Booking): Decimal | null {
  const { market, key, state, transaction } = booking;
  const point = priceOf(market, key, state, transaction.day);
  if (point) return multiplyAmount(transaction.quantity, point.price);
  return isZero(transaction.gross) ? null : transaction.gross;
}

/**
 * Units arrive at the cost stated, else at their market value. With neither known the cost is zero, and
 * unknown in base currency, until a price comes.
 */
export function transferIn(booking: Booking): Booked {
  const { transaction, settings, key, fx } = booking;
  if (key.isCash) return cashIn(booking, true);
  const flow = transferValue(booking);
  const stated = !isZero(transaction.gross);
  const cost = stated ? transaction.gross : (flow ?? ZERO);
  const unknown = !stated && flow === null;
  const { after, realised } = move(booking, {
    quantity: transaction.quantity,
    value: cost,
    valueBase: unknown ? null : undefined,
  });
  return [{ key, fx, after, realised, flow, timing: settings.inflowTiming, external: true }];
}

/** Units leave with the cost of their lots; nothing is realised. */
export function transferOut(booking: Booking): Booked {
  const { transaction, settings, key, fx } = booking;
  if (key.isCash) return cashOut(booking, true);
  const refusal = cannotLeave(booking, transaction.quantity);
  if (refusal) return refusal;
  const value = transferValue(booking);
  const flow = value && negate(value);
  const { after, realised } = move(booking, {
    quantity: negate(transaction.quantity),
    value: flow ?? ZERO,
    atCost: true,
  });
  return [{ key, fx, after, realised, flow, timing: settings.outflowTiming, external: true }];
}
