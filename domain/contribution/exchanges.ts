/**
 * The result of exchanging one currency for another. The two sides of an exchange are worth the same only
 * at the rate it was made at; at the day's rate the movements between positions then do not cancel, and
 * what they leave is gained or lost by the whole. It belongs to a position: the foreign currency's.
 */
import type { Day } from '../dates.ts';
import { abs, compare, isZero, sign, sum, type Decimal } from '../decimal.ts';
import { cashSecurityId } from '../events.ts';

/** What moved into a position (out of it when negative) from the other positions of its portfolio. */
export interface Movement {
  readonly portfolioId: string;
  readonly day: Day;
  readonly securityId: string;
  readonly currency: string;
  /** In base currency at the day's rate, exact. */
  readonly amount: Decimal;
}

/** A gain, in base currency, that a position made by the rate of an exchange. */
export type ExchangeResult = Omit<Movement, 'currency'>;

/**
 * The results of days whose movements do not cancel. Days on which value moved in or out of one currency
 * only, with nothing on the other side, have none: that is no exchange.
 *
 * @param movements of whole days, in any order
 * @param baseCurrencyOf a portfolio's own currency
 */
export function exchangeResults(
  movements: readonly Movement[],
  baseCurrencyOf: (portfolioId: string) => string,
): ExchangeResult[] {
  const days = grouped(movements, ({ portfolioId, day }) => `${portfolioId}\n${day}`);
  return [...days.values()].flatMap((ofDay) => resultOf(ofDay, baseCurrencyOf(ofDay[0]!.portfolioId)) ?? []);
}

function resultOf(movements: readonly Movement[], base: string): ExchangeResult | undefined {
  const amount = sum(movements.map((movement) => movement.amount));
  if (isZero(amount)) return undefined;
  const byCurrency = grouped(movements, ({ currency }) => currency);
  const sides = [...byCurrency].map(([currency, members]) => ({
    currency,
    members,
    net: sum(members.map((member) => member.amount)),
  }));
  const [given, taken] = [sides.filter(({ net }) => sign(net) < 0), sides.filter(({ net }) => sign(net) > 0)];
  if (given.length === 0 || taken.length === 0) return undefined;
  // Of two foreign currencies the one received: what was given is gone.
  const foreign = [taken, given].map((list) => list.filter(({ currency }) => currency !== base));
  const candidates = foreign.find((list) => list.length > 0) ?? taken;
  const { currency, members } = candidates.reduce((a, b) => (compare(abs(b.net), abs(a.net)) > 0 ? b : a));
  const cash = members.find(({ securityId }) => securityId === cashSecurityId(currency));
  const { portfolioId, day, securityId } =
    cash ?? members.reduce((a, b) => (compare(abs(b.amount), abs(a.amount)) > 0 ? b : a));
  return { portfolioId, day, securityId, amount };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
