/**
 * Random portfolios in euros, and what they are worth by another way than the books': holdings counted up
 * from the transactions, valued by the closes, in plain numbers. Nothing of the product is used.
 */
import type { Random } from '../../support/random.ts';

/** Thursday 1 February to Friday 15 March 2024, over a leap day. */
export const DAYS = Array.from({ length: 44 }, (_, i) =>
  new Date(Date.UTC(2024, 1, 1 + i)).toISOString().slice(0, 10),
);

/** The Saturday and Sunday of 17 and 18 February, on which no portfolio does anything. */
export const STILL = [16, 17] as const;

export interface Reference {
  readonly id: string;
  readonly transactions: readonly Transaction[];
}

export type Transaction = Readonly<Record<string, string>>;

/** One day in euros, or in another currency. */
export interface ReferenceDay {
  readonly date: string;
  readonly opening: number;
  readonly inflow: number;
  readonly outflow: number;
  readonly closing: number;
  readonly fees: number;
  readonly taxes: number;
}

/** Closes of EU (in euros) and US (in dollars), and dollars for a euro: what is quoted on Monday to Friday. */
export interface ReferenceMarket {
  readonly quoted: readonly boolean[];
  readonly EU: readonly number[];
  readonly US: readonly number[];
  readonly dollar: readonly number[];
}

const CURRENCY: Readonly<Record<string, string>> = { EU: 'EUR', US: 'USD', CASH_EUR: 'EUR', CASH_USD: 'USD' };

export function randomMarket(random: Random): ReferenceMarket {
  const quoted = DAYS.map((date) => ![0, 6].includes(new Date(date).getUTCDay()));
  const walk = (first: number, step: number, places: number) => {
    let value = first;
    return quoted.map((isQuoted) => {
      if (isQuoted) value = Number((value * (1 + (random.below(201) - 100) * step)).toFixed(places));
      return value;
    });
  };
  return { quoted, EU: walk(80, 0.0004, 2), US: walk(120, 0.0004, 2), dollar: walk(1.1, 0.0001, 4) };
}

/** Euros and dollars come in on the first day; then up to three things happen on any day. */
export function randomPortfolio(random: Random, id: string): Reference {
  const transactions: Transaction[] = [];
  const held: Record<string, number> = { EU: 0, US: 0 };
  const add = (day: number, type: string, security: string, fields: Record<string, number>) => {
    const minute = String(transactions.length % 60).padStart(2, '0');
    const hour = String(6 + Math.floor(transactions.length / 60)).padStart(2, '0');
    transactions.push({
      transaction_id: `${id}-${transactions.length}`,
      portfolio_id: id,
      transaction_type: type,
      security_id: security,
      currency: CURRENCY[security]!,
      transaction_date: `${DAYS[day]}T${hour}:${minute}:00Z`,
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
    });
  };
  const cash = () => random.pick(['CASH_EUR', 'CASH_USD'] as const);
  const security = () => random.pick(['EU', 'US'] as const);
  const gross = (from: number, below: number) => ({ gross_transaction_amount: from + random.below(below) });
  add(0, 'DEPOSIT', 'CASH_EUR', gross(20_000, 9_000));
  add(0, 'DEPOSIT', 'CASH_USD', gross(20_000, 9_000));
  for (let day = 0; day < DAYS.length; day++) {
    if (day === STILL[0] || day === STILL[1]) continue;
    for (let more = random.below(4); more > 0; more--) {
      const of = security();
      const costs = { trade_fee: random.below(9), taxes: random.below(5) };
      const kind = random.below(10);
      if (kind === 0) add(day, 'DEPOSIT', cash(), gross(100, 3_000));
      else if (kind === 1) add(day, 'WITHDRAWAL', cash(), gross(10, 900));
      else if (kind === 2) add(day, random.pick(['FEE', 'TAX'] as const), cash(), gross(1, 60));
      else if (kind === 3) add(day, 'INTEREST', cash(), gross(1, 60));
      else if (kind === 4) add(day, 'TRANSFER_IN', of, { quantity: 1 + random.below(12) });
      else if (held[of]! > 0 && kind === 5)
        add(day, 'DIVIDEND', of, { ...gross(5, 90), taxes: random.below(5) });
      else if (held[of]! > 0 && kind > 6) {
        const quantity = 1 + random.below(held[of]!);
        const isSale = kind > 7;
        add(day, isSale ? 'SELL' : 'TRANSFER_OUT', of, {
          quantity,
          ...(isSale ? { price: 75 + random.below(50), ...costs } : {}),
        });
        held[of]! -= quantity;
      } else if (kind > 4) {
        const quantity = 1 + random.below(20);
        add(day, 'BUY', of, { quantity, price: 75 + random.below(50), ...costs });
        held[of]! += quantity;
      }
      if (kind === 4) held[of]! += Number(transactions.at(-1)!['quantity']);
    }
  }
  return { id, transactions };
}

/** The days from first principles; in dollars when asked, converted day by day. */
export function referenceDays(
  { transactions }: Reference,
  market: ReferenceMarket,
  currency: 'EUR' | 'USD' = 'EUR',
): ReferenceDay[] {
  const units: Record<string, number> = { EU: 0, US: 0, CASH_EUR: 0, CASH_USD: 0 };
  let before = 0;
  return DAYS.map((date, day) => {
    const dollar = market.dollar[day]!;
    const price = (of: string) => (of === 'EU' ? market.EU[day]! : of === 'US' ? market.US[day]! : 1);
    const euros = (amount: number, of: string) => (CURRENCY[of] === 'USD' ? amount / dollar : amount);
    let [inflow, outflow, fees, taxes] = [0, 0, 0, 0];
    for (const one of transactions.filter((each) => each['transaction_date']!.startsWith(date))) {
      const of = one['security_id']!;
      const [quantity, fee, tax] = ['quantity', 'trade_fee', 'taxes'].map((name) => Number(one[name] ?? 0));
      const traded = quantity! * Number(one['price'] ?? 0);
      const gross = Number(one['gross_transaction_amount'] ?? traded);
      const money = `CASH_${CURRENCY[of]}`;
      const type = one['transaction_type'];
      fees += euros(type === 'FEE' ? gross : fee!, of);
      taxes += euros(type === 'TAX' ? gross : tax!, of);
      if (type === 'DEPOSIT') inflow += euros(gross, of);
      if (type === 'WITHDRAWAL') outflow -= euros(gross, of);
      if (type === 'TRANSFER_IN') inflow += euros(quantity! * price(of), of);
      if (type === 'TRANSFER_OUT') outflow -= euros(quantity! * price(of), of);
      if (type === 'BUY' || type === 'TRANSFER_IN') units[of]! += quantity!;
      if (type === 'SELL' || type === 'TRANSFER_OUT') units[of]! -= quantity!;
      if (type === 'DEPOSIT' || type === 'INTEREST') units[money]! += gross;
      if (type === 'WITHDRAWAL' || type === 'FEE' || type === 'TAX') units[money]! -= gross;
      if (type === 'SELL' || type === 'DIVIDEND') units[money]! += gross - fee! - tax!;
      if (type === 'BUY') units[money]! -= gross + fee! + tax!;
    }
    const value = Object.entries(units).reduce((sum, [of, held]) => sum + euros(held * price(of), of), 0);
    const rate = currency === 'USD' ? dollar : 1;
    const opening = before * (currency === 'USD' ? market.dollar[Math.max(day - 1, 0)]! : 1);
    before = value;
    const [closing, ...moved] = [value, inflow, outflow, fees, taxes].map((amount) => amount * rate);
    return {
      date,
      opening,
      closing: closing!,
      inflow: moved[0]!,
      outflow: moved[1]!,
      fees: moved[2]!,
      taxes: moved[3]!,
    };
  });
}

export interface ReferenceOptions {
  readonly timing: 'default' | 'begin' | 'end';
  readonly gross: boolean;
  readonly beforeTaxes: boolean;
}

interface Parts {
  readonly begin: number;
  readonly end: number;
  readonly back: number;
}

/** What of a day is capital, what comes or goes after it, and the costs that do not count. */
function partsOf(
  { inflow, outflow, fees, taxes }: ReferenceDay,
  { timing, gross, beforeTaxes }: ReferenceOptions,
): Parts {
  const back = (gross ? fees : 0) + (beforeTaxes ? taxes : 0);
  if (timing === 'default') return { begin: inflow, end: outflow, back };
  const flow = inflow + outflow;
  return timing === 'begin' ? { begin: flow, end: 0, back } : { begin: 0, end: flow, back };
}

/** A day's growth; 1 without capital. */
export function growthOf(day: ReferenceDay, options: ReferenceOptions): number {
  const { begin, end, back } = partsOf(day, options);
  const capital = day.opening + begin;
  return capital === 0 ? 1 : (day.closing + back - end) / capital;
}

/** Amounts by the night they fall on, the opening value going in on night 0 and the closing value coming out. */
export function flowsOf(days: readonly ReferenceDay[], options: ReferenceOptions): [number, number][] {
  return [
    [0, -days[0]!.opening],
    ...days.flatMap((day, i): [number, number][] => {
      const { begin, end, back } = partsOf(day, options);
      return [
        [i, -begin],
        [i + 1, back - end],
      ];
    }),
    [days.length, days.at(-1)!.closing],
  ];
}
