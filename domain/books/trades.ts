/** BUY and SELL of a security, and every plain movement of cash. */
import { add, isZero, negate, subtract } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { NOTHING_REALISED } from './booking.ts';
import type { Booked, Booking, Posting } from './booking.ts';
import type { PositionState, Transaction } from './model.ts';
import { cannotLeave, move } from './position.ts';
import { grossWithCosts, netProceeds } from './transactions.ts';

function traded(after: PositionState, transaction: Transaction): PositionState {
  if (isZero(transaction.price)) return after;
  return { ...after, lastTrade: { day: transaction.day, price: transaction.price }, everHeld: true };
}

/**
 * Units bought at gross plus costs. Accrued interest paid is no cost of the units: it flows in with them
 * and is negative income, which the coupon makes good.
 */
export function buy(booking: Booking): Booked {
  const { transaction, settings, key, fx } = booking;
  const cost = grossWithCosts(transaction);
  const { after, realised } = move(booking, { quantity: transaction.quantity, value: cost });
  return [
    {
      key,
      fx,
      after: traded(after, transaction),
      realised,
      flow: add(cost, transaction.accruedInterest),
      timing: settings.inflowTiming,
      income: negate(transaction.accruedInterest),
      fees: transaction.fees,
      taxes: transaction.taxes,
    },
  ];
}

/** Units sold at gross less costs. Accrued interest received is income and flows out with the proceeds. */
export function sell(booking: Booking): Booked {
  const { transaction, settings, key, fx } = booking;
  const refusal = cannotLeave(booking, transaction.quantity);
  if (refusal) return refusal;
  const proceeds = netProceeds(transaction);
  const { after, realised } = move(booking, {
    quantity: negate(transaction.quantity),
    value: negate(proceeds),
  });
  return [
    {
      key,
      fx,
      after: traded(after, transaction),
      realised,
      flow: negate(add(proceeds, transaction.accruedInterest)),
      timing: settings.outflowTiming,
      income: transaction.accruedInterest,
      fees: transaction.fees,
      taxes: transaction.taxes,
    },
  ];
}

/** The size of a movement of cash, stated as its amount or as its units. */
export function cashAmount(transaction: Transaction): Decimal {
  return isZero(transaction.gross) ? transaction.quantity : transaction.gross;
}

/** Adds an amount (no flow by itself) to cash, or takes it; cash may go below zero. */
export function moveCash(booking: Booking, signedAmount: Decimal): Pick<Posting, 'after' | 'realised'> {
  if (isZero(signedAmount)) return { after: booking.state, realised: NOTHING_REALISED };
  return move(booking, { quantity: signedAmount, value: signedAmount });
}

/**
 * Cash that comes in: a deposit or transfer from outside, a derived leg, or the upstream's own leg.
 * Costs charged on it are paid out of it.
 */
export function cashIn(booking: Booking, external: boolean): Booked {
  const { transaction, settings, key, fx } = booking;
  const size = cashAmount(transaction);
  const kept = subtract(subtract(size, transaction.fees), transaction.taxes);
  return [
    {
      key,
      fx,
      ...moveCash(booking, kept),
      flow: size,
      timing: settings.inflowTiming,
      external,
      fees: transaction.fees,
      taxes: transaction.taxes,
    },
  ];
}

/** Cash that goes out. Costs charged on it are paid on top. */
export function cashOut(booking: Booking, external: boolean): Booked {
  const { transaction, settings, key, fx } = booking;
  const size = cashAmount(transaction);
  const taken = add(add(size, transaction.fees), transaction.taxes);
  return [
    {
      key,
      fx,
      ...moveCash(booking, negate(taken)),
      flow: negate(size),
      timing: settings.outflowTiming,
      external,
      fees: transaction.fees,
      taxes: transaction.taxes,
    },
  ];
}
