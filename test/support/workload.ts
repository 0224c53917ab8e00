/** An endless mixture of facts about a few portfolios, the same for the same random numbers. */
import { day, isoDate } from '../../domain/dates.ts';
import { cancellation, correction } from './amendments.ts';
import { facts } from './books.ts';
import type { Fact } from './books.ts';
import type { Random } from './random.ts';

export const PORTFOLIOS = ['P1', 'P2', 'P3', 'P4'];
const SECURITIES = [
  ['EU1', 'EUR'],
  ['EU2', 'EUR'],
  ['US1', 'USD'],
] as const;
const FIRST = day('2025-01-01');
const SPAN = 60;

export const FIRST_BUSINESS_DATE = '2025-01-20';

/** Four portfolios with cash, three securities with closes, and a first business date. */
export function openingFacts(): Fact[] {
  return [
    ...PORTFOLIOS.map((id) => facts.portfolio(id)),
    ...SECURITIES.map(([id, currency]) => facts.security(id, currency)),
    ...PORTFOLIOS.map((id) =>
      facts.transaction(id, 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
        transaction_id: `${id}-opening`,
        gross_transaction_amount: '100000',
      }),
    ),
    ...SECURITIES.map(([id, currency]) => facts.prices(id, currency, [['2025-01-01', '50']])),
    facts.fx('USD', 'EUR', [['2025-01-01', '0.9']]),
    facts.closeDay(FIRST_BUSINESS_DATE),
  ];
}

export interface Workload {
  /** A transaction, a price, a rate, a business date, or a change of an earlier transaction. */
  next(): Fact;
}

/** @param name keeps the transactions of several workloads apart */
export function createWorkload(name: string, random: Random): Workload {
  const amendable: (readonly [string, string, string])[] = [];
  let recorded = 0;
  let businessDay = day(FIRST_BUSINESS_DATE);

  const anyDate = () => isoDate(FIRST + random.below(SPAN));

  function transaction(): Fact {
    const portfolio = random.pick(PORTFOLIOS);
    const [security, currency] = random.pick(SECURITIES);
    const quantity = 1 + random.below(20);
    const price = 20 + random.below(60);
    const transaction_id = `${name}-${++recorded}`;
    amendable.push([portfolio, security, transaction_id]);
    return facts.transaction(
      portfolio,
      random.pick(['BUY', 'BUY', 'BUY', 'SELL', 'DIVIDEND'] as const),
      security,
      anyDate(),
      {
        transaction_id,
        currency,
        quantity: String(quantity),
        price: String(price),
        gross_transaction_amount: String(quantity * price),
        trade_fee: '1.5',
      },
    );
  }

  function amendment(): Fact {
    const index = random.below(amendable.length);
    const place = amendable[index];
    if (!place) return transaction();
    if (random.below(3) > 0) return correction(place, { quantity: String(1 + random.below(20)) });
    amendable.splice(index, 1);
    return cancellation(place);
  }

  return {
    next() {
      const kind = random.below(100);
      if (kind < 50) return transaction();
      if (kind < 70) return amendment();
      if (kind < 85) {
        const [security, currency] = random.pick(SECURITIES);
        return facts.prices(security, currency, [[anyDate(), String(20 + random.below(60))]]);
      }
      if (kind < 93) return facts.fx('USD', 'EUR', [[anyDate(), `0.${80 + random.below(20)}`]]);
      businessDay = Math.min(businessDay + random.below(3), FIRST + SPAN);
      return facts.closeDay(isoDate(businessDay));
    },
  };
}
