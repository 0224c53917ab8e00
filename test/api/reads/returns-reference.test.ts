import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { add, decimal, format } from '../../../domain/decimal.ts';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { createRandom, randomSeed } from '../../support/random.ts';
import {
  DAYS,
  flowsOf,
  growthOf,
  randomMarket,
  randomPortfolio,
  referenceDays,
  STILL,
} from './reference-portfolio.ts';
import type { Reference, ReferenceDay, ReferenceOptions } from './reference-portfolio.ts';

/** Random portfolios, from their transactions to the returns in the reply, against `reference-portfolio.ts`. */
const seed = randomSeed();
const random = createRandom(seed);
const market = randomMarket(random);
const portfolios = ['REF1', 'REF2', 'REF3'].map((id) => randomPortfolio(random, id));
const EVERY: readonly ReferenceOptions[] = (['default', 'begin', 'end'] as const).flatMap((timing) =>
  [false, true].flatMap((gross) => [false, true].map((beforeTaxes) => ({ timing, gross, beforeTaxes }))),
);
const PLAIN = EVERY[0]!;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/securities', [
    { security_id: 'EU', currency: 'EUR', type: 'equity' },
    { security_id: 'US', currency: 'USD', type: 'equity' },
  ]);
  const quotes = DAYS.map((date, day) => ({ date, day })).filter(({ day }) => market.quoted[day]);
  const closes = (['EU', 'US'] as const).flatMap((security_id) =>
    quotes.map(({ date, day }) => ({ security_id, date, price: String(market[security_id][day]) })),
  );
  await api.given('/v1/prices', closes);
  const pair = { from_currency: 'EUR', to_currency: 'USD' };
  await api.given(
    '/v1/fx-rates',
    quotes.map(({ date, day }) => ({ ...pair, date, rate: String(market.dollar[day]) })),
  );
  await given(...portfolios);
  await api.given('/v1/business-dates', { date: DAYS.at(-1)! });
});
afterAll(() => api.close());

async function given(...some: readonly Reference[]): Promise<void> {
  for (const { id, transactions } of some) {
    await api.given('/v1/portfolios', { portfolio_id: id, base_currency: 'EUR' });
    await api.given('/v1/transactions', transactions);
  }
}

interface Period {
  readonly twr: string;
  readonly mwr_rates: readonly string[];
  readonly modified_dietz: string;
  readonly gain: string;
  readonly fees: string;
  readonly taxes: string;
  readonly begin_market_value: string;
  readonly end_market_value: string;
}

function asked({ timing, gross, beforeTaxes }: ReferenceOptions, currency = 'EUR'): string {
  const [basis, taxes] = [gross ? 'gross' : 'net', beforeTaxes ? 'before' : 'after'];
  return `currency=${currency}&flow_timing=${timing}&basis=${basis}&taxes=${taxes}`;
}

async function over(id: string, from: number, to: number, query = asked(PLAIN)): Promise<Period> {
  const path = `/v1/portfolios/${id}/performance?risk=false&from=${DAYS[from]}&to=${DAYS[to]}&${query}`;
  return (await bodyOf<{ periods: readonly [Period] }>(api.get(path))).periods[0];
}

async function series(id: string, query: string) {
  const path = `/v1/portfolios/${id}/timeseries?${query}`;
  return (await bodyOf<{ rows: readonly Record<string, string>[] }>(api.get(path))).rows;
}

/** Amounts are rounded to 10 places on their way, ten thousands of them; returns are printed to 12. */
const near = (text: string | undefined, expected: number, places = 8) =>
  expect(Number(text), `seed ${seed}`).toBeCloseTo(expected, places);

const linked = (days: readonly ReferenceDay[], options: ReferenceOptions) =>
  days.reduce((product, day) => product * growthOf(day, options), 1) - 1;

describe.each(portfolios)('$id, from its transactions', (portfolio) => {
  const { id } = portfolio;
  // A yearly rate made of less than a week may be too extreme to be stated.
  const from = random.below(DAYS.length - 7);
  const to = from + 7 + random.below(DAYS.length - 7 - from);

  test.each(['EUR', 'USD'] as const)('the days in %s', async (currency) => {
    const rows = await series(id, asked(PLAIN, currency));
    expect(rows.map((row) => row['date'])).toEqual(DAYS);
    for (const [i, day] of referenceDays(portfolio, market, currency).entries()) {
      near(rows[i]!['bod_market_value'], day.opening, 6);
      near(rows[i]!['bod_cashflow'], day.inflow, 6);
      near(rows[i]!['eod_cashflow'], day.outflow, 6);
      near(rows[i]!['eod_market_value'], day.closing, 6);
      near(rows[i]!['fees'], day.fees, 6);
      near(rows[i]!['taxes'], day.taxes, 6);
      near(rows[i]!['twr'], growthOf(day, PLAIN) - 1);
    }
  });

  test.each(EVERY)(
    'the returns of a period: $timing, gross $gross, before taxes $beforeTaxes',
    async (how) => {
      const currency = random.pick(['EUR', 'USD'] as const);
      const days = referenceDays(portfolio, market, currency).slice(from, to + 1);
      const found = await over(id, from, to, asked(how, currency));
      near(found.twr, linked(days, how));
      const flows = flowsOf(days, how);
      const total = flows.reduce((sum, [, amount]) => sum + amount, 0);
      const capital = flows
        .slice(0, -1)
        .reduce((sum, [t, amount]) => sum - amount * (1 - t / days.length), 0);
      near(found.modified_dietz, total / capital);
      near(found.gain, total, 5);
      // Every rate discounts the flows to nothing, as far as its twelve places go.
      expect(found.mwr_rates.length).toBeGreaterThan(0);
      for (const rate of found.mwr_rates) {
        const growth = 1 + Number(rate);
        const value = flows.reduce((sum, [t, amount]) => sum + amount * growth ** (-t / 365), 0);
        const slope = flows.reduce((sum, [t, amount]) => sum + Math.abs(amount * t) / 365 / growth, 0);
        expect(Math.abs(value), `seed ${seed}`).toBeLessThan(1e-4 + slope * 1e-11 * Math.max(1, growth));
      }
    },
  );
});

describe('properties', () => {
  test('a period split anywhere: its parts link to it and their gains add up to it', async () => {
    const { id } = portfolios[0]!;
    const last = DAYS.length - 1;
    const whole = await over(id, 0, last);
    for (let i = 0; i < 8; i++) {
      const cut = random.below(last);
      const [first, second] = [await over(id, 0, cut), await over(id, cut + 1, last)];
      near(String((1 + Number(first.twr)) * (1 + Number(second.twr))), 1 + Number(whole.twr), 10);
      expect(format(add(decimal(first.gain), decimal(second.gain)))).toBe(format(decimal(whole.gain)));
      expect(second.begin_market_value).toBe(first.end_market_value);
    }
  });

  test('net and costs are gross: of a period in money, of a day in return', async () => {
    const { id } = portfolios[1]!;
    const [net, gross] = [PLAIN, { ...PLAIN, gross: true, beforeTaxes: true }];
    const [after, before] = [await over(id, 3, 40), await over(id, 3, 40, asked(gross))];
    const costs = add(decimal(after.fees), decimal(after.taxes));
    expect(format(add(decimal(after.gain), costs))).toBe(format(decimal(before.gain)));
    const [own, plain] = [await series(id, asked(gross)), await series(id, asked(net))];
    for (const [i, row] of plain.entries()) {
      const [capital, costs] = [
        Number(row['bod_market_value']) + Number(row['bod_cashflow']),
        Number(row['fees']) + Number(row['taxes']),
      ];
      near(own[i]!['twr'], Number(row['twr']) + costs / capital, 11);
    }
  });

  test('in another currency a day is its own return and that of the rate', async () => {
    for (const { id } of portfolios) {
      const [own, other] = [await series(id, 'currency=EUR'), await series(id, 'currency=USD')];
      for (const [i, row] of own.entries()) {
        if (Number(row['bod_cashflow']) !== 0) continue;
        const rate = market.dollar[i]! / market.dollar[i - 1]!;
        near(other[i]!['twr'], (1 + Number(row['twr'])) * rate - 1, 10);
      }
    }
  });

  test('money that lies there over a still weekend changes no return, whatever the timing', async () => {
    const { transactions } = portfolios[2]!;
    const guest = (day: number, type: string) => ({
      ...transactions[0]!,
      portfolio_id: 'GUEST',
      transaction_id: `GUEST-${type}`,
      transaction_type: type,
      transaction_date: `${DAYS[day]}T05:00:00Z`,
      gross_transaction_amount: '12345678',
    });
    const of = (id: string): Reference => ({
      id,
      transactions: transactions.map((one) => ({
        ...one,
        portfolio_id: id,
        transaction_id: `${id}-${one['transaction_id']}`,
      })),
    });
    const visited = of('GUEST');
    await given(of('ALONE'), {
      ...visited,
      transactions: [...visited.transactions, guest(STILL[0], 'DEPOSIT'), guest(STILL[1], 'WITHDRAWAL')],
    });
    for (const how of EVERY) {
      const [alone, with_] = [await over('ALONE', 1, 43, asked(how)), await over('GUEST', 1, 43, asked(how))];
      near(with_.twr, Number(alone.twr), 10);
      expect(with_.gain).toBe(alone.gain);
    }
  });
});
