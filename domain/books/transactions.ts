/** Transactions as the fold reads them: their order, their resolved numbers, and their cash legs. */
import { dayOfInstant } from '../dates.ts';
import type { Instant } from '../dates.ts';
import {
  add,
  amount,
  decimal,
  divide,
  format,
  isZero,
  multiply,
  negate,
  ONE,
  RATE_SCALE,
  sign,
  subtract,
  ZERO,
} from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { cashSecurityId } from '../events.ts';
import type { TransactionFields } from '../events.ts';
import type { KeyDetails, Transaction } from './model.ts';

const RANKS: Readonly<Record<Transaction['type'], number>> = {
  SPLIT: 0,
  DEPOSIT: 1,
  TRANSFER_IN: 1,
  BUY: 1,
  CASH_IN: 1,
  DIVIDEND: 2,
  INTEREST: 2,
  RETURN_OF_CAPITAL: 2,
  FEE: 3,
  TAX: 3,
  SPIN_OFF: 4,
  MERGER: 4,
  EXCHANGE: 4,
  SELL: 5,
  TRANSFER_OUT: 5,
  WITHDRAWAL: 5,
  CASH_OUT: 5,
};

/** The place of a type among transactions of the same instant: what comes in stands before what goes out. */
export function rankOf(type: Transaction['type']): number {
  if (!Object.hasOwn(RANKS, type)) throw new RangeError(`${type} is no type of transaction`);
  return RANKS[type];
}

/**
 * The order of the books within a key: instant, rank of the type, transaction id. Nothing in it depends
 * on when a transaction arrived, so that arrival order cannot matter.
 */
export function compareTransactions(
  a: Pick<Transaction, 'at' | 'type' | 'id'>,
  b: Pick<Transaction, 'at' | 'type' | 'id'>,
): number {
  return compareWithPlace(a, { at: b.at, rank: RANKS[b.type], transactionId: b.id });
}

/** Compares a transaction with a place in the order that was kept, as `compareTransactions` would. */
export function compareWithPlace(
  transaction: Pick<Transaction, 'at' | 'type' | 'id'>,
  place: { readonly at: Instant; readonly rank: number; readonly transactionId: string },
): number {
  if (transaction.at !== place.at) return transaction.at < place.at ? -1 : 1;
  const byRank = RANKS[transaction.type] - place.rank;
  if (byRank !== 0) return byRank;
  return transaction.id < place.transactionId ? -1 : transaction.id > place.transactionId ? 1 : 0;
}

const AMOUNT_IN_QUANTITY: ReadonlySet<Transaction['type']> = new Set(['DEPOSIT', 'WITHDRAWAL', 'FEE', 'TAX']);
/** Here `gross_transaction_amount` is cash in lieu, which no price and quantity can stand for. */
const CASH_IN_LIEU: ReadonlySet<Transaction['type']> = new Set(['SPLIT', 'SPIN_OFF', 'MERGER', 'EXCHANGE']);

function resolveGross(fields: TransactionFields, quantity: Decimal, price: Decimal): Decimal {
  const given = amount(decimal(fields.gross_transaction_amount));
  if (!isZero(given) || CASH_IN_LIEU.has(fields.transaction_type)) return given;
  const product = amount(multiply(quantity, price));
  if (!isZero(product) || !AMOUNT_IN_QUANTITY.has(fields.transaction_type)) return product;
  // A charge may be stated in its own field, beside a quantity that only says what it was charged on.
  const charged = !isZero(decimal(fields.trade_fee)) || !isZero(decimal(fields.taxes));
  return charged && (fields.transaction_type === 'FEE' || fields.transaction_type === 'TAX')
    ? ZERO
    : amount(quantity);
}

function resolvePrice(price: Decimal, quantity: Decimal, gross: Decimal, type: Transaction['type']): Decimal {
  if (!isZero(price) || isZero(quantity) || isZero(gross) || CASH_IN_LIEU.has(type)) return price;
  return decimal(format(divide(gross, quantity, RATE_SCALE)));
}

/**
 * A recorded transaction with its numbers resolved: amounts to 10 decimals, `gross` from quantity and
 * price where it was left out and the other way round, and its day in the portfolio's time zone.
 */
export function transactionFrom(fields: TransactionFields, timeZone: string): Transaction {
  const type = fields.transaction_type;
  const quantity = decimal(fields.quantity);
  const price = decimal(fields.price);
  const gross = resolveGross(fields, quantity, price);
  return {
    id: fields.transaction_id,
    securityId: fields.security_id,
    targetId: fields.target_security_id,
    type,
    at: fields.transaction_date,
    day: dayOfInstant(fields.transaction_date, timeZone),
    quantity,
    price: resolvePrice(price, quantity, gross, type),
    gross,
    fees: amount(decimal(fields.trade_fee)),
    taxes: amount(decimal(fields.taxes)),
    accruedInterest: amount(decimal(fields.accrued_interest)),
    fxRate: fields.fx_rate === undefined ? undefined : decimal(fields.fx_rate),
    netCost: fields.net_cost === undefined ? undefined : decimal(fields.net_cost),
    ratio: fields.ratio === undefined ? undefined : decimal(fields.ratio),
    costFraction: fields.cost_fraction === undefined ? undefined : decimal(fields.cost_fraction),
    lots: fields.lots?.map((lot) => ({ lotId: lot.lot_id, quantity: decimal(lot.quantity) })),
  };
}

/** Gross with the costs taken off: what income, a sale or cash in lieu brings. */
export function netProceeds(transaction: Transaction): Decimal {
  return subtract(subtract(transaction.gross, transaction.fees), transaction.taxes);
}

/** Gross with the costs on top: what a purchase, a fee or a tax takes. */
export function grossWithCosts(transaction: Transaction): Decimal {
  return add(add(transaction.gross, transaction.fees), transaction.taxes);
}

/** What a transaction on a security moves into (positive) or out of its currency's cash. */
function cashEffect(transaction: Transaction): Decimal {
  switch (transaction.type) {
    case 'BUY':
      return negate(add(grossWithCosts(transaction), transaction.accruedInterest));
    case 'SELL':
      return add(netProceeds(transaction), transaction.accruedInterest);
    case 'DIVIDEND':
    case 'INTEREST':
    case 'RETURN_OF_CAPITAL':
    case 'SPIN_OFF':
    case 'MERGER':
    case 'EXCHANGE':
      return netProceeds(transaction);
    case 'FEE':
    case 'TAX':
      return negate(grossWithCosts(transaction));
    case 'TRANSFER_IN':
    case 'TRANSFER_OUT':
    case 'SPLIT':
    case 'DEPOSIT':
    case 'WITHDRAWAL':
    case 'CASH_IN':
    case 'CASH_OUT':
      return ZERO;
    default: {
      const never: never = transaction.type;
      return never;
    }
  }
}

/**
 * The movement of cash that an applied transaction on a security causes where the books derive cash:
 * `CASH_IN` or `CASH_OUT` on the cash security of its currency, with the transaction's id and recorded
 * rate. `undefined` for transactions that move no cash and for those on cash itself.
 *
 * @param key the security that the transaction is booked on
 */
export function cashLeg(transaction: Transaction, key: KeyDetails): Transaction | undefined {
  if (key.isCash || transaction.type === 'CASH_IN' || transaction.type === 'CASH_OUT') return undefined;
  const moved = cashEffect(transaction);
  if (isZero(moved)) return undefined;
  const into = sign(moved) > 0;
  const size = into ? moved : negate(moved);
  return {
    id: transaction.id,
    securityId: cashSecurityId(key.currency),
    targetId: undefined,
    type: into ? 'CASH_IN' : 'CASH_OUT',
    sourceType: transaction.type,
    at: transaction.at,
    day: transaction.day,
    quantity: size,
    price: ONE,
    gross: size,
    fees: ZERO,
    taxes: ZERO,
    accruedInterest: ZERO,
    fxRate: transaction.fxRate,
  };
}
