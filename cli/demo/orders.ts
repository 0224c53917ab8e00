/** Buying and selling in the invented market: sizes, prices near the close, fees, taxes and accruals. */
import { abs, compare, decimal, format, fromNumber, multiply, sign } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Agenda } from './actions.ts';
import { chooseLots, fund, held, money, record } from './book.ts';
import type { Book } from './book.ts';
import type { TransactionBody } from './bodies.ts';
import type { SecuritySpec } from './catalogue.ts';
import { quoteAt, rateAt } from './market.ts';
import type { DemoMarket } from './market.ts';
import type { RandomStream } from './random.ts';

/** Where a portfolio's orders go. */
export interface Desk {
  readonly book: Book;
  readonly market: DemoMarket;
  readonly agenda: Agenda;
  readonly specs: ReadonlyMap<string, SecuritySpec>;
  readonly random: RandomStream;
}

type Extra = Pick<TransactionBody, 'settlement_date' | 'fx_rate' | 'lots' | 'note'>;

const FEE_PART = 0.001;
const LEAST_FEE = 1;
const STAMP_DUTY = 0.005;

/** Units of a security are whole, but for funds (four decimals) and crypto (six). */
function unitDecimals(spec: SecuritySpec): number {
  return spec.type === 'fund' ? 4 : spec.type === 'crypto' ? 6 : 0;
}

/** A number of units cut down to what the security is traded in. */
export function wholeUnits(spec: SecuritySpec, units: number): Decimal {
  const factor = 10 ** unitDecimals(spec);
  return fromNumber(Math.floor(units * factor) / factor, unitDecimals(spec));
}

/** A price within a few tenths of a per cent of the day's close. */
function tradePrice(desk: Desk, quote: string): string {
  const digits = quote.length - quote.indexOf('.') - 1;
  return Math.max(Number(quote) * (1 + 0.002 * desk.random.normal()), 10 ** -digits).toFixed(digits);
}

function settlement(desk: Desk, index: number): Pick<TransactionBody, 'settlement_date'> {
  const day = desk.market.days[index + 2];
  return day === undefined ? {} : { settlement_date: isoDate(day) };
}

/** Some foreign trades come with the rate the bank agreed to. */
function agreedRate(desk: Desk, currency: string, index: number): Pick<TransactionBody, 'fx_rate'> {
  const base = desk.book.settings.base_currency;
  if (currency === base || !desk.random.chance(0.4)) return {};
  const rate = rateAt(desk.market, currency, base, index) * (1 + 0.0008 * desk.random.normal());
  return { fx_rate: rate.toFixed(6) };
}

interface Fill {
  readonly price: string;
  readonly gross: Decimal;
  readonly fee: Decimal;
  readonly accrued: Decimal;
}

function fill(desk: Desk, spec: SecuritySpec, quantity: Decimal, index: number, price: string): Fill {
  const gross = money(multiply(quantity, decimal(price)));
  const fee = fromNumber(Math.max(LEAST_FEE, FEE_PART * Number(format(gross))), 2);
  const accrued = fromNumber(desk.agenda.accrued(spec.id, index) * Number(format(quantity)), 2);
  return { price, gross, fee, accrued };
}

/** Buys a number of units, paying in what cash is missing. */
export function buyUnits(desk: Desk, id: string, quantity: Decimal, index: number, note?: string): void {
  const spec = desk.specs.get(id);
  const quote = quoteAt(desk.market, id, index);
  if (!spec || quote === undefined || sign(quantity) <= 0) return;
  const filled = fill(desk, spec, quantity, index, tradePrice(desk, quote));
  const british = spec.country === 'GB' && spec.type === 'equity';
  const taxes = fromNumber(british ? STAMP_DUTY * Number(format(filled.gross)) : 0, 2);
  const needed = [filled.gross, filled.fee, taxes, filled.accrued].reduce((a, b) => a + Number(format(b)), 0);
  const day = desk.market.days[index]!;
  fund(desk.book, spec.currency, fromNumber(needed, 2), day);
  const extra: Extra = {
    ...settlement(desk, index),
    ...agreedRate(desk, spec.currency, index),
    ...(note === undefined ? {} : { note }),
  };
  const trade = { id, currency: spec.currency, day, time: '13:30:00', quantity, taxes };
  record(desk.book, { type: 'BUY', ...trade, ...filled, extra });
}

/** Buys for an amount of the portfolio's base currency; at least one unit of what is traded whole. */
export function buyFor(desk: Desk, id: string, amount: number, index: number, note?: string): void {
  const spec = desk.specs.get(id);
  const quote = quoteAt(desk.market, id, index);
  if (!spec || quote === undefined) return;
  const local = amount * rateAt(desk.market, desk.book.settings.base_currency, spec.currency, index);
  const units = wholeUnits(spec, local / Number(quote));
  buyUnits(desk, id, sign(units) > 0 ? units : decimal(1), index, note);
}

/** Sells units; where disposals name their lots, as many as there are lots for. */
export function sellUnits(
  desk: Desk,
  id: string,
  wanted: Decimal,
  index: number,
  options: { readonly note?: string; readonly price?: string } = {},
): void {
  const spec = desk.specs.get(id);
  const quote = quoteAt(desk.market, id, index);
  if (!spec || quote === undefined) return;
  const named =
    desk.book.settings.cost_basis_method === 'specific' ? chooseLots(desk.book, id, wanted) : undefined;
  const quantity = named?.quantity ?? wanted;
  if (sign(quantity) <= 0) return;
  const extra: Extra = {
    ...settlement(desk, index),
    ...agreedRate(desk, spec.currency, index),
    ...(named ? { lots: named.lots } : {}),
    ...(options.note === undefined ? {} : { note: options.note }),
  };
  const filled = fill(desk, spec, quantity, index, options.price ?? tradePrice(desk, quote));
  const trade = { id, currency: spec.currency, day: desk.market.days[index]!, time: '15:00:00', quantity };
  record(desk.book, { type: 'SELL', ...trade, ...filled, extra });
}

/** Gets rid of a holding: sells what is held, or buys back what was sold short. */
export function closeOut(
  desk: Desk,
  id: string,
  index: number,
  options: { readonly note?: string; readonly price?: string } = {},
): void {
  const quantity = held(desk.book, id);
  if (compare(quantity, decimal(0)) < 0) buyUnits(desk, id, abs(quantity), index, options.note);
  else sellUnits(desk, id, quantity, index, options);
}
