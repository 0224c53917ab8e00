/** What a portfolio does of its own accord, from its opening through its months and years. */
import { decimal, format, fromNumber, sign } from '../../domain/decimal.ts';
import { isoDate, monthOf } from '../../domain/dates.ts';
import { cashSecurityId } from '../../domain/events.ts';
import { cashOf, held, record } from './book.ts';
import { quoteAt, rateAt } from './market.ts';
import { buyFor, closeOut, sellUnits, wholeUnits } from './orders.ts';
import type { Desk } from './orders.ts';
import type { Template } from './templates.ts';

/** A cash movement in whole money, on the portfolio's cash in a currency. */
function cash(
  desk: Desk,
  type: 'DEPOSIT' | 'WITHDRAWAL' | 'FEE' | 'TAX' | 'INTEREST',
  currency: string,
  amount: number,
  index: number,
  time: string,
): void {
  const gross = fromNumber(amount, 2);
  if (sign(gross) <= 0) return;
  record(desk.book, {
    type,
    id: cashSecurityId(currency),
    currency,
    day: desk.market.days[index]!,
    time,
    gross,
  });
}

/** The first day: money in, the core bought, holdings from elsewhere taken over. */
export function begin(desk: Desk, template: Template): void {
  cash(desk, 'DEPOSIT', template.base, template.opening * 0.1, 0, '08:00:00');
  for (const id of template.core)
    buyFor(desk, id, template.opening / template.core.length, 0, 'opening purchase');
  for (const { id, units, costPart } of template.arrivals) {
    const price = (Number(quoteAt(desk.market, id, 0)) * costPart).toFixed(2);
    record(desk.book, {
      type: 'TRANSFER_IN',
      id,
      currency: desk.specs.get(id)!.currency,
      day: desk.market.days[0]!,
      time: '12:00:00',
      quantity: decimal(units),
      price,
      gross: fromNumber(units * Number(price), 2),
      extra: { note: 'from another bank, at the cost it had there' },
    });
  }
}

/** The long holdings that may be traded on a day. */
function tradable(desk: Desk, index: number): string[] {
  return [...desk.book.holdings]
    .filter(([id, quantity]) => sign(quantity) > 0 && quoteAt(desk.market, id, index) !== undefined)
    .map(([id]) => id);
}

function sellSome(desk: Desk, index: number): void {
  const ids = tradable(desk, index);
  if (ids.length === 0) return;
  const id = desk.random.pick(ids);
  const units = Number(format(held(desk.book, id))) * desk.random.between(0.1, 0.45);
  sellUnits(desk, id, wholeUnits(desk.specs.get(id)!, units), index);
}

function tradeShorts(desk: Desk, template: Template, index: number): void {
  for (const id of template.shorts) {
    const quote = quoteAt(desk.market, id, index);
    if (quote === undefined) continue;
    if (sign(held(desk.book, id)) < 0) {
      if (desk.random.chance(0.3)) closeOut(desk, id, index, { note: 'short covered' });
    } else if (desk.random.chance(0.2)) {
      const units = (template.opening * 0.05) / Number(quote);
      sellUnits(desk, id, wholeUnits(desk.specs.get(id)!, units), index, { note: 'sold short' });
    }
  }
}

/** The plan's day: money in, the plan bought, and the trades that the month's mood brings. */
export function month(desk: Desk, template: Template, index: number): void {
  const { random } = desk;
  cash(desk, 'DEPOSIT', template.base, template.monthly * 1.05, index, '08:00:00');
  for (const id of template.plan)
    buyFor(desk, id, template.monthly / template.plan.length, index, 'monthly plan');
  if (random.chance(template.sales)) sellSome(desk, index);
  if (random.chance(template.purchases)) {
    const ids = tradable(desk, index);
    if (ids.length > 0) buyFor(desk, random.pick(ids), template.opening * random.between(0.01, 0.03), index);
  }
  tradeShorts(desk, template, index);
  const available = Number(format(cashOf(desk.book, template.base)));
  if (available > template.withdrawal)
    cash(desk, 'WITHDRAWAL', template.base, template.withdrawal, index, '16:30:00');
}

/** The last business day of a quarter: custody fee and interest on the cash; of a year: taxes and the surplus. */
export function quarter(desk: Desk, template: Template, index: number): void {
  const { base, opening } = template;
  const available = Number(format(cashOf(desk.book, base)));
  cash(desk, 'INTEREST', base, Math.max(0, available) * 0.0015, index, '10:00:00');
  cash(desk, 'FEE', base, opening * 0.0002, index, '17:00:00');
  if (monthOf(desk.market.days[index]!) !== 12) return;
  cash(desk, 'TAX', base, opening * desk.random.between(0.0005, 0.0015), index, '17:00:00');
  for (const id of tradable(desk, index)) {
    const spec = desk.specs.get(id)!;
    if (spec.country !== 'US' || spec.type !== 'equity' || template.base === 'USD') continue;
    // A depositary's fee is booked on the security: its row shows it and the cash leg pays it.
    const gross = fromNumber(0.02 * Number(format(held(desk.book, id))), 2);
    if (sign(gross) <= 0) continue;
    const at = { id, currency: spec.currency, day: desk.market.days[index]!, time: '17:00:00' };
    record(desk.book, { type: 'FEE', ...at, gross, extra: { note: 'depositary fee' } });
  }
  for (const [currency, amount] of desk.book.cash) {
    const surplus = Number(format(amount)) - opening * 0.08 * rateAt(desk.market, base, currency, index);
    if (surplus > 5000)
      cash(desk, 'WITHDRAWAL', currency, Math.floor(surplus / 1000) * 600, index, '16:30:00');
  }
}

/** The month of a day as text, for telling when a new one begins. */
export function monthText(desk: Desk, index: number): string {
  return isoDate(desk.market.days[index]!).slice(0, 7);
}
