/**
 * The generator's own small ledger of one portfolio: enough to know what is held, so that nothing is
 * sold that is not there, and what cash there is.
 */
import {
  ZERO,
  add,
  compare,
  decimal,
  format,
  formatMoney,
  multiply,
  negate,
  round,
  sign,
  subtract,
} from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { LotSelection, TransactionType } from '../../domain/events.ts';
import type { PortfolioBody, TransactionBody } from './bodies.ts';

export interface Book {
  readonly settings: PortfolioBody;
  readonly holdings: Map<string, Decimal>;
  readonly cash: Map<string, Decimal>;
  /** Lots by security, kept where disposals must name them. */
  readonly lots: Map<string, LotSelection[]>;
  readonly transactions: TransactionBody[];
}

/** A transaction before it has an id: amounts in `currency`, the time of day in UTC. */
export interface Draft {
  readonly type: TransactionType;
  readonly id: string;
  readonly currency: string;
  readonly day: Day;
  readonly time: string;
  readonly quantity?: Decimal;
  readonly price?: string;
  readonly gross?: Decimal;
  readonly fee?: Decimal;
  readonly taxes?: Decimal;
  readonly accrued?: Decimal;
  readonly ratio?: string;
  readonly target?: string;
  readonly extra?: Pick<TransactionBody, 'settlement_date' | 'fx_rate' | 'cost_fraction' | 'lots' | 'note'>;
}

export function openBook(settings: PortfolioBody): Book {
  return { settings, holdings: new Map(), cash: new Map(), lots: new Map(), transactions: [] };
}

export function held(book: Book, id: string): Decimal {
  return book.holdings.get(id) ?? ZERO;
}

export function cashOf(book: Book, currency: string): Decimal {
  return book.cash.get(currency) ?? ZERO;
}

/** Money as a bank books it: two decimals, half-even. */
export function money(value: Decimal): Decimal {
  return round(value, 2);
}

function move(amounts: Map<string, Decimal>, key: string, by: Decimal): void {
  amounts.set(key, add(amounts.get(key) ?? ZERO, by));
}

function takeLots(book: Book, id: string, taken: readonly LotSelection[]): void {
  const byLot = new Map(taken.map((lot) => [lot.lot_id, decimal(lot.quantity)]));
  const left = (book.lots.get(id) ?? []).flatMap((lot) => {
    const rest = subtract(decimal(lot.quantity), byLot.get(lot.lot_id) ?? ZERO);
    return sign(rest) > 0 ? [{ lot_id: lot.lot_id, quantity: format(rest) }] : [];
  });
  book.lots.set(id, left);
}

function apply(book: Book, transactionId: string, draft: Draft): void {
  const { id, currency } = draft;
  const [quantity, gross] = [draft.quantity ?? ZERO, draft.gross ?? ZERO];
  const costs = add(draft.fee ?? ZERO, draft.taxes ?? ZERO);
  const before = held(book, id);
  const opensLot = (): void => {
    if (book.settings.cost_basis_method !== 'specific') return;
    book.lots.set(id, [...(book.lots.get(id) ?? []), { lot_id: transactionId, quantity: format(quantity) }]);
  };
  switch (draft.type) {
    case 'BUY':
      move(book.holdings, id, quantity);
      move(book.cash, currency, negate(add(add(gross, costs), draft.accrued ?? ZERO)));
      return opensLot();
    case 'SELL':
      move(book.holdings, id, negate(quantity));
      move(book.cash, currency, add(subtract(gross, costs), draft.accrued ?? ZERO));
      return takeLots(book, id, draft.extra?.lots ?? []);
    case 'DIVIDEND':
    case 'INTEREST':
    case 'RETURN_OF_CAPITAL':
    case 'DEPOSIT':
      return move(book.cash, currency, subtract(gross, costs));
    case 'WITHDRAWAL':
    case 'FEE':
    case 'TAX':
      return move(book.cash, currency, negate(gross));
    case 'TRANSFER_IN':
      move(book.holdings, id, quantity);
      return opensLot();
    case 'TRANSFER_OUT':
      return move(book.holdings, id, negate(quantity));
    case 'SPLIT': {
      const ratio = decimal(draft.ratio ?? '1');
      book.holdings.set(id, multiply(before, ratio));
      const lots = book.lots.get(id) ?? [];
      book.lots.set(
        id,
        lots.map((lot) => ({ ...lot, quantity: format(multiply(decimal(lot.quantity), ratio)) })),
      );
      return;
    }
    case 'SPIN_OFF':
    case 'MERGER':
    case 'EXCHANGE':
      move(book.holdings, draft.target ?? id, multiply(before, decimal(draft.ratio ?? '1')));
      move(book.cash, currency, gross);
      if (draft.type !== 'SPIN_OFF') {
        book.holdings.set(id, ZERO);
        book.lots.delete(id);
      }
      return;
    default:
      draft.type satisfies never;
  }
}

/** Books a transaction and keeps its command body. */
export function record(book: Book, draft: Draft): TransactionBody {
  const number = String(book.transactions.length + 1).padStart(5, '0');
  const transactionId = `TXN_${book.settings.portfolio_id.replace(/^PORT_/, '')}_${number}`;
  apply(book, transactionId, draft);
  const optional = {
    ...(draft.taxes && sign(draft.taxes) > 0 ? { taxes: formatMoney(draft.taxes) } : {}),
    ...(draft.accrued && sign(draft.accrued) > 0 ? { accrued_interest: formatMoney(draft.accrued) } : {}),
    ...(draft.ratio !== undefined ? { ratio: draft.ratio } : {}),
    ...(draft.target !== undefined ? { target_security_id: draft.target } : {}),
  };
  const body: TransactionBody = {
    transaction_id: transactionId,
    portfolio_id: book.settings.portfolio_id,
    security_id: draft.id,
    transaction_date: `${isoDate(draft.day)}T${draft.time}Z`,
    transaction_type: draft.type,
    quantity: format(draft.quantity ?? ZERO),
    price: draft.price ?? '0',
    gross_transaction_amount: formatMoney(draft.gross ?? ZERO),
    trade_fee: formatMoney(draft.fee ?? ZERO),
    currency: draft.currency,
    ...optional,
    ...draft.extra,
  };
  book.transactions.push(body);
  return body;
}

/** Pays money in, in thousands, so that a purchase in a currency is covered. */
export function fund(book: Book, currency: string, needed: Decimal, day: Day): void {
  const missing = subtract(needed, cashOf(book, currency));
  if (sign(missing) <= 0) return;
  const thousands = add(round(multiply(missing, decimal('0.001')), 0), decimal(1));
  const gross = multiply(thousands, decimal(1000));
  record(book, { type: 'DEPOSIT', id: cashSecurityId(currency), currency, day, time: '08:30:00', gross });
}

/** Lots of a security worth up to a quantity, newest first, and what they add up to. */
export function chooseLots(
  book: Book,
  id: string,
  quantity: Decimal,
): { readonly lots: readonly LotSelection[]; readonly quantity: Decimal } {
  const lots: LotSelection[] = [];
  let missing = quantity;
  for (const lot of (book.lots.get(id) ?? []).toReversed()) {
    if (sign(missing) <= 0) break;
    const taken = compare(decimal(lot.quantity), missing) < 0 ? decimal(lot.quantity) : missing;
    lots.push({ lot_id: lot.lot_id, quantity: format(taken) });
    missing = subtract(missing, taken);
  }
  return { lots, quantity: subtract(quantity, missing) };
}
