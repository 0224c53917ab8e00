/** The lots a position consists of on a day, and those that were disposed of until then. */
import { day, isoDate } from '../../domain/dates.ts';
import { format, formatMoney, isZero, subtract } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Effect, Lot } from '../../domain/books/model.ts';
import { foldBook } from './book.ts';
import { found, notFound } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';

/** `cost_local` is in the security's currency, `cost` in the portfolio's at the rate of the purchase. */
export interface LotView {
  readonly lot_id: string;
  readonly opened: string;
  readonly quantity: string;
  readonly cost_local: string;
  readonly cost: string | null;
  readonly fx_rate: string | null;
}

/** What one transaction took of one lot. */
export interface DisposalView {
  readonly transaction_id: string;
  readonly transaction_date: string;
  readonly transaction_type: string;
  readonly lot_id: string;
  readonly opened: string;
  readonly quantity: string;
  readonly cost_local: string;
  readonly cost: string | null;
}

export interface Lots {
  readonly portfolio_id: string;
  readonly security_id: string;
  /** `null` for a portfolio without any day yet. */
  readonly date: string | null;
  readonly currency: string;
  readonly base_currency: string;
  readonly complete_through: string | null;
  readonly lots: readonly LotView[];
  readonly disposals: readonly DisposalView[];
}

/** Open lots at the end of a date (the latest day by default), and every disposal up to it. */
export function lotsOn(
  reader: Reader,
  portfolioId: string,
  securityId: string,
  query: { readonly date?: string } = {},
  context: ReadContext = {},
): Promise<Reading<Lots>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const currency = await model.securityCurrency(securityId);
    if (currency === undefined) return notFound('security', securityId);
    const date = query.date ?? portfolio.latest_date;
    const book = date === null ? undefined : await model.book(portfolio, securityId);
    const result = book && foldBook(book, day(date!));
    const effects = result?.effects.filter((effect) => effect.securityId === securityId) ?? [];
    return found({
      portfolio_id: portfolioId,
      security_id: securityId,
      date,
      currency,
      base_currency: portfolio.base_currency,
      complete_through: portfolio.complete_through,
      lots: (result?.states.get(securityId)?.lots ?? []).map(lotView),
      disposals: disposalsOf(effects),
    });
  });
}

function disposalsOf(effects: readonly Effect[]): DisposalView[] {
  let before: readonly Lot[] = [];
  return effects.flatMap((effect) => {
    // A split changes the quantity of every lot and disposes of none.
    const disposals = effect.transactionType === 'SPLIT' ? [] : takenFrom(before, effect);
    before = effect.after.lots;
    return disposals;
  });
}

function takenFrom(before: readonly Lot[], effect: Effect): DisposalView[] {
  const after = new Map(effect.after.lots.map((lot) => [lot.id, lot]));
  return before.flatMap((lot) => {
    const rest = after.get(lot.id);
    const quantity = rest ? subtract(lot.quantity, rest.quantity) : lot.quantity;
    if (isZero(quantity)) return [];
    return {
      transaction_id: effect.transactionId,
      transaction_date: effect.at,
      transaction_type: effect.transactionType,
      lot_id: lot.id,
      opened: isoDate(lot.opened),
      quantity: format(quantity),
      cost_local: formatMoney(rest ? subtract(lot.cost, rest.cost) : lot.cost),
      cost: money(rest ? difference(lot.costBase, rest.costBase) : lot.costBase),
    };
  });
}

function difference(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : subtract(a, b);
}

function money(value: Decimal | null): string | null {
  return value === null ? null : formatMoney(value);
}

function lotView(lot: Lot): LotView {
  return {
    lot_id: lot.id,
    opened: isoDate(lot.opened),
    quantity: format(lot.quantity),
    cost_local: formatMoney(lot.cost),
    cost: money(lot.costBase),
    fx_rate: lot.fxRate === null ? null : format(lot.fxRate),
  };
}
