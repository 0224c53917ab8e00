/** Words to tell the golden history in. */
import type { CommandName } from '../../../commands/schemas/commands.ts';
import { day, isoDate, weekday } from '../../../domain/dates.ts';

export type Step = readonly [command: CommandName, items: readonly object[]];

export type Fields = Readonly<Record<string, unknown>>;

/** `BUY G_FIFO EQ_EUR` and so on, with an id that says who and when. */
export function transaction(
  id: string,
  [type, portfolio_id, security_id]: readonly [string, string, string],
  at: string,
  fields: Fields,
): object {
  return {
    transaction_id: id,
    portfolio_id,
    security_id,
    transaction_date: at.length === 10 ? `${at}T15:00:00Z` : at,
    transaction_type: type,
    ...fields,
  };
}

export const trade = (quantity: string, price: string, more: Fields = {}): Fields => ({
  quantity,
  price,
  ...more,
});
export const amount = (gross_transaction_amount: string, more: Fields = {}): Fields => ({
  gross_transaction_amount,
  ...more,
});

/** Weekday closes that wander around a price by a fixed pattern. */
export function closes(security_id: string, from: string, to: string, start: number, tick: number): Step {
  const items: object[] = [];
  for (let date = day(from); date <= day(to); date++) {
    if (weekday(date) % 6 === 0) continue;
    const wander = ((date * 7) % 11) - 5 + (date - day('2024-01-01')) / 9;
    items.push({ security_id, date: isoDate(date), price: (start + Math.round(wander) * tick).toFixed(4) });
  }
  return ['prices', items];
}

export function rates(
  from_currency: string,
  to_currency: string,
  from: string,
  to: string,
  start: number,
): Step {
  const items: object[] = [];
  for (let date = day(from); date <= day(to); date += 3)
    items.push({
      from_currency,
      to_currency,
      date: isoDate(date),
      rate: (start * (1 + (((date * 5) % 13) - 6) / 1000)).toFixed(6),
    });
  return ['fx-rates', items];
}

export const closeDays = (...dates: readonly string[]): Step => [
  'business-dates',
  dates.map((date) => ({ date })),
];
