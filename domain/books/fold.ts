/**
 * The fold of the books: transactions in, effects and states out. Pure, and the same for live work,
 * restatement and rebuild.
 */
import { ONE } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { effectOf, isRefusal } from './booking.ts';
import type { Booked, Booking } from './booking.ts';
import { naming } from './fold-error.ts';
import { charge, income, returnOfCapital } from './income.ts';
import type {
  BookSettings,
  Effect,
  FoldResult,
  KeyDetails,
  Market,
  Pending,
  PositionState,
  Transaction,
} from './model.ts';
import { reorganise, split } from './reorganisations.ts';
import { initialState } from './state.ts';
import { buy, cashIn, cashOut, sell } from './trades.ts';
import { transferIn, transferOut } from './transfers.ts';

function book(booking: Booking): Booked {
  const { transaction, key } = booking;
  switch (transaction.type) {
    case 'BUY':
      return key.isCash ? cashIn(booking, false) : buy(booking);
    case 'SELL':
      return key.isCash ? cashOut(booking, false) : sell(booking);
    case 'CASH_IN':
      return cashIn(booking, false);
    case 'CASH_OUT':
      return cashOut(booking, false);
    // Cash put in or taken out; of another security, units that come or go.
    case 'DEPOSIT':
    case 'TRANSFER_IN':
      return transferIn(booking);
    case 'WITHDRAWAL':
    case 'TRANSFER_OUT':
      return transferOut(booking);
    case 'DIVIDEND':
    case 'INTEREST':
      return income(booking);
    case 'FEE':
    case 'TAX':
      return charge(booking);
    case 'RETURN_OF_CAPITAL':
      return returnOfCapital(booking);
    case 'SPLIT':
      return split(booking);
    case 'SPIN_OFF':
    case 'MERGER':
    case 'EXCHANGE':
      return reorganise(booking);
    default: {
      const never: never = transaction.type;
      return never;
    }
  }
}

/** The rate recorded with a trade beats the market's; a missing rate is unknown, never 1. */
function rateOf(
  settings: BookSettings,
  key: KeyDetails,
  transaction: Transaction,
  market: Market,
): Decimal | null {
  if (key.currency === settings.baseCurrency) return ONE;
  return transaction.fxRate ?? market.fx(key.currency, transaction.day) ?? null;
}

/**
 * Applies transactions to keys of one portfolio.
 *
 * @param keys every key that a transaction names, as its own or as its target; another throws `RangeError`
 * @param states the keys' states before the first transaction; a key without one starts empty
 * @param transactions sorted by `compareTransactions`; derived cash legs are given like the others
 * @throws FoldError naming the transaction that could not be booked
 * @returns effects in the order applied, the states after the last, and what could not be applied
 */
export function foldTransactions(
  settings: BookSettings,
  keys: ReadonlyMap<string, KeyDetails>,
  states: ReadonlyMap<string, PositionState>,
  transactions: Iterable<Transaction>,
  market: Market,
): FoldResult {
  const current = new Map(states);
  const effects: Effect[] = [];
  const pending: Pending[] = [];
  const keyOf = (securityId: string): KeyDetails => {
    const key = keys.get(securityId);
    if (!key) throw new RangeError(`the fold was not given the key ${securityId}`);
    return key;
  };
  const stateOf = (securityId: string): PositionState => current.get(securityId) ?? initialState();
  const other = (securityId: string) => ({ key: keyOf(securityId), state: stateOf(securityId) });

  for (const transaction of transactions) {
    const key = keyOf(transaction.securityId);
    const fx = rateOf(settings, key, transaction, market);
    const state = stateOf(key.securityId);
    const booked = naming(transaction.id, () =>
      book({ settings, key, state, transaction, market, fx, other }),
    );
    if (isRefusal(booked)) {
      pending.push({ transactionId: transaction.id, securityId: key.securityId, ...booked });
      continue;
    }
    for (const posting of booked) {
      current.set(posting.key.securityId, posting.after);
      effects.push(effectOf(transaction, posting));
    }
  }
  return { effects, states: current, pending };
}
