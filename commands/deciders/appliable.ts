/**
 * Whether the books can apply what would be recorded: the fold itself is asked, before and after.
 * Only quantities matter here, so the market is one where nothing has a price and every rate is 1.
 */
import { compareTransactions, transactionFrom } from '../../domain/books/transactions.ts';
import { foldTransactions } from '../../domain/books/fold.ts';
import type { BookSettings, KeyDetails, Market, Pending } from '../../domain/books/model.ts';
import { ONE } from '../../domain/decimal.ts';
import type { PortfolioSettings, SecurityDetails, TransactionFields } from '../../domain/events.ts';
import type { Refusal } from './decision.ts';
import { refuse } from './decision.ts';

const NO_MARKET: Market = { close: () => undefined, fx: () => ONE };

function bookSettings(portfolio: PortfolioSettings): BookSettings {
  return {
    baseCurrency: portfolio.base_currency,
    method: portfolio.cost_basis_method,
    allowShort: portfolio.allow_short,
    inflowTiming: portfolio.inflow_timing,
    outflowTiming: portfolio.outflow_timing,
  };
}

/** What the books of a group of linked keys consist of. */
export interface Books {
  readonly portfolio: PortfolioSettings;
  readonly securities: ReadonlyMap<string, SecurityDetails>;
}

function keysOf(books: Books, transactions: readonly TransactionFields[]): Map<string, KeyDetails> {
  const keys = new Map<string, KeyDetails>();
  const note = (securityId: string, currency: string) => {
    if (keys.has(securityId)) return;
    const details = books.securities.get(securityId);
    keys.set(securityId, {
      securityId,
      currency: details?.currency ?? currency,
      isCash: details?.type === 'cash',
    });
  };
  for (const { security_id, target_security_id, currency } of transactions) {
    note(security_id, currency);
    if (target_security_id !== undefined) note(target_security_id, currency);
  }
  return keys;
}

/** The transactions that the books could not apply as things stand, by id. */
export function pendingAmong(
  books: Books,
  transactions: readonly TransactionFields[],
): ReadonlyMap<string, Pending> {
  const sorted = transactions
    .map((fields) => transactionFrom(fields, books.portfolio.time_zone))
    .sort(compareTransactions);
  const { pending } = foldTransactions(
    bookSettings(books.portfolio),
    keysOf(books, transactions),
    new Map(),
    sorted,
    NO_MARKET,
  );
  return new Map(pending.map((each) => [each.transactionId, each]));
}

/** The transactions that would become pending by going from one list to the other. */
export function newlyPending(
  books: Books,
  before: readonly TransactionFields[],
  after: readonly TransactionFields[],
): Pending[] {
  const pending = pendingAmong(books, after);
  if (pending.size === 0) return [];
  const already = pendingAmong(books, before);
  return [...pending.values()].filter((each) => !already.has(each.transactionId));
}

/** The refusal that names what was held at each transaction that could not be applied. */
export function cannotApply(pending: readonly Pending[], transactionId: string): Refusal {
  return refuse(
    'insufficient_quantity',
    ...pending.map((each) =>
      each.transactionId === transactionId
        ? { field: each.code === 'unknown_lot' ? 'lots' : 'quantity', rule: each.code, message: each.reason }
        : {
            field: '',
            rule: each.code,
            message: `${each.transactionId} could not be applied any more: ${each.reason}`,
          },
    ),
  );
}
