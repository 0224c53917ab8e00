/**
 * Income, charges and capital paid back.
 *
 * What these bring or take at a position flows at the end of the day whatever the portfolio's timing:
 * no capital is put to work or withdrawn by them, so that they belong in the numerator of the day's
 * return. A fee of 10 on a position of 1,000 is −1 %, and a fee after the position is closed is no
 * return of −100 %.
 */
import { add, negate } from '../decimal.ts';
import { NOTHING_REALISED, refuse, toBase } from './booking.ts';
import type { Booked, Booking } from './booking.ts';
import { recoverCost } from './lots.ts';
import { move, realise, withLots } from './position.ts';
import { cashAmount, moveCash } from './trades.ts';
import { grossWithCosts, netProceeds } from './transactions.ts';

/** DIVIDEND and INTEREST: kept by cash itself; elsewhere the net amount leaves for the cash. */
export function income(booking: Booking): Booked {
  const { transaction, key, state, fx } = booking;
  const shares = { income: transaction.gross, fees: transaction.fees, taxes: transaction.taxes };
  if (key.isCash) return [{ key, fx, ...moveCash(booking, netProceeds(transaction)), ...shares }];
  if (!state.everHeld) return neverHeld(booking);
  const flow = negate(netProceeds(transaction));
  return [{ key, fx, after: state, realised: NOTHING_REALISED, flow, timing: 'eod', ...shares }];
}

/** FEE and TAX: taken from cash as a cost; at another position, what its cash pays flows in and is lost. */
export function charge(booking: Booking): Booked {
  const { transaction, key, state, fx } = booking;
  const isFee = transaction.type === 'FEE';
  const { gross, fees, taxes } = transaction;
  const shares = { fees: isFee ? add(gross, fees) : fees, taxes: isFee ? taxes : add(gross, taxes) };
  const total = grossWithCosts(transaction);
  if (key.isCash) return [{ key, fx, ...moveCash(booking, negate(total)), ...shares }];
  return [{ key, fx, after: state, realised: NOTHING_REALISED, flow: total, timing: 'eod', ...shares }];
}

/** RETURN_OF_CAPITAL: takes the gross amount off the cost; what exceeds the cost is a gain. */
export function returnOfCapital(booking: Booking): Booked {
  const { transaction, key, state, fx } = booking;
  if (key.isCash) {
    const paid = cashAmount(transaction);
    return [{ key, fx, ...move(booking, { quantity: paid, value: paid }), flow: paid, timing: 'eod' }];
  }
  if (!state.everHeld) return neverHeld(booking);
  const { lots, recovered, recoveredBase } = recoverCost(state.lots, transaction.gross);
  const realised = realise(transaction.gross, toBase(transaction.gross, fx), recovered, recoveredBase, fx);
  return [
    {
      key,
      fx,
      after: withLots(state, lots, realised),
      realised,
      flow: negate(netProceeds(transaction)),
      timing: 'eod',
      fees: transaction.fees,
      taxes: transaction.taxes,
    },
  ];
}

export function neverHeld(booking: Booking): Booked {
  return refuse(booking, 'nothing_held', 'nothing was ever held up to that moment');
}
