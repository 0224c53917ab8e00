/** What happens to the invented securities themselves, by business day: every holder has to book it. */
import { dayOfMonth, yearOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { SecuritySpec } from './catalogue.ts';
import { moment, quoteAt } from './market.ts';
import type { DemoMarket } from './market.ts';
import { randomStream } from './random.ts';

export type Action = Readonly<
  | { kind: 'split'; id: string; ratio: string }
  | { kind: 'spin-off'; id: string; target: string; ratio: string; fraction: string }
  | { kind: 'merger' | 'exchange'; id: string; target: string; ratio: string; cashPerUnit: number }
  | { kind: 'redemption' | 'last-trade'; id: string }
  | { kind: 'dividend' | 'coupon' | 'capital'; id: string; perUnit: number }
>;

export interface Agenda {
  readonly actions: ReadonlyMap<number, readonly Action[]>;
  /** Interest accrued since the last coupon for 100 of nominal, actual/365; 0 for what is no bond. */
  accrued(securityId: string, index: number): number;
}

/** The first business day on or after a day. */
function indexFrom(days: readonly Day[], day: Day): number {
  const found = days.findIndex((candidate) => candidate >= day);
  return found < 0 ? days.length : found;
}

/** The business days on which a security pays `times` a year. */
function paymentDays(spec: SecuritySpec, times: number, seed: number, days: readonly Day[]): number[] {
  const random = randomStream(seed, `payments/${spec.id}`);
  const [offset, date] = [random.integer(1, 12 / times), random.integer(5, 25)];
  const found: number[] = [];
  for (let year = yearOf(days[0]!); year <= yearOf(days.at(-1)!); year++) {
    for (let month = offset; month <= 12; month += 12 / times) {
      const index = indexFrom(days, dayOfMonth(year, month, date));
      if (index > 0 && index < days.length) found.push(index);
    }
  }
  return found;
}

/** Plans every split, reorganisation and payment of the securities. */
export function planActions(seed: number, specs: readonly SecuritySpec[], market: DemoMarket): Agenda {
  const { days } = market;
  const actions = new Map<number, Action[]>();
  const coupons = new Map<string, { rate: number; days: Day[] }>();
  const at = (index: number, action: Action): void => {
    const list = actions.get(index);
    if (list) list.push(action);
    else actions.set(index, [action]);
  };

  for (const spec of specs) {
    const { id, split, spunOffFrom: from, ends } = spec;
    const price = (index: number): number => Number(quoteAt(market, id, index) ?? Number.NaN);
    const listed = (index: number): boolean => quoteAt(market, id, index) !== undefined;

    if (split) at(moment(split.at, days), { kind: 'split', id, ratio: String(split.ratio) });
    if (from) {
      const { ratio, fraction } = from;
      at(moment(from.at, days), { kind: 'spin-off', id: from.id, target: id, ratio, fraction });
    }
    if (ends) {
      const index = moment(ends.at, days);
      if (ends.how === 'maturity') at(index, { kind: 'redemption', id });
      else if (ends.into === undefined) at(index - 2, { kind: 'last-trade', id });
      else {
        // The terms follow the market, so that a takeover is no windfall.
        const worth = Number(quoteAt(market, ends.into, index));
        const ratio = (Math.floor((price(index) / worth) * 100) / 100).toFixed(2);
        const cashPerUnit = ends.how === 'merger' ? price(index) - Number(ratio) * worth : 0;
        const kind = ends.how === 'merger' ? 'merger' : 'exchange';
        at(index, { kind, id, target: ends.into, ratio, cashPerUnit });
      }
    }
    if (spec.yield !== undefined && spec.payments !== undefined) {
      const bond = spec.type === 'bond';
      const paid = paymentDays(spec, spec.payments, seed, days).filter(listed);
      const part = spec.yield / spec.payments;
      for (const index of paid) {
        at(index, { kind: bond ? 'coupon' : 'dividend', id, perUnit: part * (bond ? 100 : price(index)) });
      }
      if (bond) coupons.set(id, { rate: spec.yield, days: [days[0]!, ...paid.map((index) => days[index]!)] });
    }
    if (spec.returnOfCapital !== undefined) {
      for (const index of paymentDays({ ...spec, id: `${id}/capital` }, 1, seed, days).filter(listed)) {
        at(index, { kind: 'capital', id, perUnit: spec.returnOfCapital * price(index) });
      }
    }
  }

  return {
    actions,
    accrued(securityId, index) {
      const bond = coupons.get(securityId);
      const last = bond?.days.findLast((day) => day <= days[index]!);
      return bond && last !== undefined ? (bond.rate * 100 * (days[index]! - last)) / 365 : 0;
    },
  };
}
