/** What folding a position from inception takes, for figures that no row holds. */
import { foldTransactions } from '../../domain/books/fold.ts';
import type { BookSettings, FoldResult, KeyDetails, Market, Transaction } from '../../domain/books/model.ts';
import { cashLeg, compareTransactions, transactionFrom } from '../../domain/books/transactions.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { TransactionFields } from '../../domain/events.ts';
import type { PortfolioRow } from './rows.ts';

export interface Book {
  readonly settings: BookSettings;
  /** The position and those that reorganisations tie to it. */
  readonly keys: readonly KeyDetails[];
  /** In the order of the books, derived cash legs included. */
  readonly transactions: readonly Transaction[];
  readonly market: Market;
}

export interface BookRows {
  readonly keys: readonly KeyDetails[];
  /** The keys' own transactions that are not cancelled. */
  readonly transactions: readonly TransactionFields[];
  /** Applied transactions of other keys that the cash of this one paid for, where cash is derived. */
  readonly paid: readonly { readonly fields: TransactionFields; readonly currency: string }[];
  readonly market: Market;
}

export function settingsOf(portfolio: PortfolioRow): BookSettings {
  return {
    baseCurrency: portfolio.base_currency,
    method: portfolio.cost_basis_method,
    allowShort: portfolio.allow_short,
    inflowTiming: portfolio.inflow_timing,
    outflowTiming: portfolio.outflow_timing,
  };
}

/** Whether the books themselves move this key. */
export function isDerivedCash(portfolio: PortfolioRow, key: KeyDetails): boolean {
  return portfolio.cash === 'derived' && key.securityId === cashSecurityId(key.currency);
}

export function bookOf(portfolio: PortfolioRow, rows: BookRows): Book {
  const own = rows.transactions.map((fields) => transactionFrom(fields, portfolio.time_zone));
  const legs = rows.paid.flatMap(({ fields, currency }) => {
    const paidFor = { securityId: fields.security_id, currency, isCash: false };
    return cashLeg(transactionFrom(fields, portfolio.time_zone), paidFor) ?? [];
  });
  return {
    settings: settingsOf(portfolio),
    keys: rows.keys,
    transactions: [...own, ...legs].sort(compareTransactions),
    market: rows.market,
  };
}

/** Folds the book's transactions on days up to `through`. */
export function foldBook(book: Book, through: number): FoldResult {
  const keys = new Map(book.keys.map((key) => [key.securityId, key]));
  const transactions = book.transactions.filter((transaction) => transaction.day <= through);
  return foldTransactions(book.settings, keys, new Map(), transactions, book.market);
}
