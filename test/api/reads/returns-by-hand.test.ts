import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

/**
 * Ten shares and some cash in euros, from Monday 4 to Friday 15 March 2024:
 *
 *     Mon 4   1,000 come in and buy ten shares at 100                    1,000.00   no gain
 *     Tue 5   the share closes at 110                                    1,100.00   +10 %
 *     Wed 6   500 come in, 200 go out, the share stands still            1,400.00     0
 *     Thu 7   a fee of 14                                                1,386.00   −1 % after it
 *     Fri 8   a tax of 13.86                                             1,372.14   −1 % after it
 *             (a weekend)
 *     Mon 11  the share closes at 105                                    1,322.14   −50 / 1,372.14
 *     Tue 12  all shares are sold at 105, all the money is taken out         0.00     0
 *             (two days of nothing)
 *     Fri 15  105 come in and buy one share at 105, which closes at 107.1  107.10   +2 %
 *
 * The dollar is at 1.10, from Tuesday 5 at 1.20, on Tuesday 12 at 1.25, on Friday 15 at 1.30 for a euro.
 */
const P = '/v1/portfolios/SLIP';
const MARKET = 1322.14 / 1372.14;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', { portfolio_id: 'SLIP', base_currency: 'EUR' });
  await api.given('/v1/securities', { security_id: 'SHARE', currency: 'EUR', type: 'equity' });
  await api.given('/v1/fx-rates', [
    rate('04', '1.10'),
    rate('05', '1.20'),
    rate('12', '1.25'),
    rate('15', '1.30'),
  ]);
  await api.given('/v1/prices', [
    close('04', '100'),
    close('05', '110'),
    close('06', '110'),
    close('07', '110'),
    close('08', '110'),
    close('11', '105'),
    close('12', '105'),
    close('15', '107.1'),
  ]);
  await api.given('/v1/transactions', [
    moved('DEPOSIT', '04', { gross_transaction_amount: '1000' }),
    traded('BUY', '04', '10', '100'),
    moved('DEPOSIT', '06', { gross_transaction_amount: '500' }),
    moved('WITHDRAWAL', '06', { gross_transaction_amount: '200' }),
    moved('FEE', '07', { gross_transaction_amount: '14' }),
    moved('TAX', '08', { gross_transaction_amount: '13.86' }),
    traded('SELL', '12', '10', '105'),
    moved('WITHDRAWAL', '12', { gross_transaction_amount: '1322.14' }),
    moved('DEPOSIT', '15', { gross_transaction_amount: '105' }),
    traded('BUY', '15', '1', '105'),
  ]);
  await api.given('/v1/business-dates', { date: '2024-03-15' });
});
afterAll(() => api.close());

function rate(date: string, value: string) {
  return { from_currency: 'EUR', to_currency: 'USD', date: `2024-03-${date}`, rate: value };
}

function close(date: string, price: string) {
  return { security_id: 'SHARE', date: `2024-03-${date}`, price };
}

let transactions = 0;
function moved(transaction_type: string, date: string, fields: Record<string, string>) {
  return {
    transaction_id: `T${++transactions}`,
    portfolio_id: 'SLIP',
    security_id: 'CASH_EUR',
    transaction_date: `2024-03-${date}T10:00:00Z`,
    transaction_type,
    currency: 'EUR',
    ...fields,
  };
}

function traded(transaction_type: string, date: string, quantity: string, price: string) {
  return moved(transaction_type, date, { security_id: 'SHARE', quantity, price });
}

interface Period {
  readonly twr: string | null;
  readonly mwr: string;
  readonly modified_dietz: string;
  readonly gain: string;
  readonly inflows: string;
  readonly outflows: string;
  readonly fees: string;
  readonly taxes: string;
  readonly flags: readonly { readonly code: string }[];
  readonly [figure: string]: unknown;
}

const over = async (from: string, to: string, query = '') => {
  const path = `${P}/performance?risk=false&from=2024-03-${from}&to=2024-03-${to}${query}`;
  return (await bodyOf<{ periods: readonly Period[] }>(api.get(path))).periods[0]!;
};
const near = (text: string | null, expected: number) => expect(Number(text)).toBeCloseTo(expected, 11);

test('the days have the values of the slip', async () => {
  const { rows } = await bodyOf<{ rows: Record<string, string>[] }>(api.get(`${P}/timeseries`));
  const shown = rows.map((row) => [
    row['date']?.slice(8),
    row['bod_cashflow'],
    row['eod_cashflow'],
    row['eod_market_value'],
    row['twr'],
  ]);
  expect(shown.slice(0, 6)).toEqual([
    ['04', '1000.00', '0.00', '1000.00', '0'],
    ['05', '0.00', '0.00', '1100.00', '0.1'],
    ['06', '500.00', '-200.00', '1400.00', '0'],
    ['07', '0.00', '0.00', '1386.00', '-0.01'],
    ['08', '0.00', '0.00', '1372.14', '-0.01'],
    ['09', '0.00', '0.00', '1372.14', '0'],
  ]);
  expect(shown.find(([date]) => date === '12')).toEqual(['12', '0.00', '-1322.14', '0.00', '0']);
  expect(shown.at(-1)).toEqual(['15', '105.00', '0.00', '107.10', '0.02']);
});

describe('periods', () => {
  test('the whole: 1.10 · 0.99 · 0.99 · (1,322.14 / 1,372.14) · 1.02', async () => {
    const whole = await over('04', '15');
    near(whole.twr, 1.1 * 0.99 * 0.99 * MARKET * 1.02 - 1);
    expect(whole).toMatchObject({
      begin_market_value: '0.00',
      end_market_value: '107.10',
      inflows: '1605.00',
      outflows: '-1522.14',
      // +100 − 14 − 13.86 − 50 + 2.10
      gain: '24.24',
      fees: '14.00',
      taxes: '13.86',
    });
  });

  test('one day, the first, the last, and a weekend', async () => {
    expect((await over('04', '04')).twr).toBe('0');
    expect((await over('05', '05')).twr).toBe('0.1');
    expect((await over('15', '15')).twr).toBe('0.02');
    expect((await over('09', '10')).twr).toBe('0');
  });

  test('without anything held there is no return, with a reason', async () => {
    const { twr, reasons } = await over('13', '14');
    expect(twr).toBeNull();
    expect(reasons).toContainEqual(expect.objectContaining({ figure: 'twr', code: 'no_capital' }));
  });

  test('split anywhere, the parts link to the whole', async () => {
    const whole = Number((await over('04', '15')).twr);
    for (const [end, start] of [
      ['04', '05'],
      ['06', '07'],
      ['09', '10'],
      ['12', '13'],
    ] as const) {
      const [first, second] = [await over('04', end), await over(start, '15')];
      expect((1 + Number(first.twr)) * (1 + Number(second.twr))).toBeCloseTo(1 + whole, 11);
    }
  });
});

describe('costs', () => {
  test('gross leaves the fee out, before taxes the tax, both both', async () => {
    near((await over('04', '15', '&basis=gross')).twr, 1.1 * 0.99 * MARKET * 1.02 - 1);
    near((await over('04', '15', '&taxes=before')).twr, 1.1 * 0.99 * MARKET * 1.02 - 1);
    near((await over('04', '15', '&basis=gross&taxes=before')).twr, 1.1 * MARKET * 1.02 - 1);
  });

  test('net gain and costs are gross gain', async () => {
    expect((await over('04', '15', '&basis=gross&taxes=before')).gain).toBe('52.10');
  });
});

describe('in dollars, converted day by day', () => {
  test('the rate counts on the days on which euros were held', async () => {
    const { rows } = await bodyOf<{ rows: Record<string, string>[] }>(
      api.get(`${P}/timeseries?currency=USD`),
    );
    const twr = (date: string) => rows.find((row) => row['date'] === `2024-03-${date}`)?.['twr'] ?? null;
    // (1,100 · 1.20) / (1,000 · 1.10): the share's 10 % and the dollar's 9.09 %.
    near(twr('05'), 0.2);
    // What is taken out on the 12th is worth 1.25, what it opened with 1.20 each.
    near(twr('12'), 1.25 / 1.2 - 1);
    // In and out at 1.30: the rate of the day has no part in it.
    near(twr('15'), 0.02);
  });

  test('from 1.10 to 1.25 while held, not to 1.30 at the end', async () => {
    const euros = Number((await over('04', '15')).twr);
    near((await over('04', '15', '&currency=USD')).twr, (1 + euros) * (1.25 / 1.1) - 1);
  });

  test('amounts are those of their days', async () => {
    expect(await over('04', '15', '&currency=USD')).toMatchObject({
      // 1,000 · 1.10 + 500 · 1.20 + 105 · 1.30
      inflows: '1836.50',
      // 200 · 1.20 + 1,322.14 · 1.25
      outflows: '-1892.675',
      end_market_value: '139.23',
    });
  });
});

describe('by money', () => {
  test('the rate discounts every flow at the close it happened on to nothing', async () => {
    const { mwr } = await over('04', '15');
    const flows: readonly [night: number, amount: number][] = [
      [0, -1000],
      // The beginning of the third day is the close of the second.
      [2, -500],
      [3, 200],
      [9, 1322.14],
      [11, -105],
      [12, 107.1],
    ];
    const balance = flows.reduce(
      (sum, [night, amount]) => sum + amount / (1 + Number(mwr)) ** (night / 365),
      0,
    );
    expect(Math.abs(balance)).toBeLessThan(1e-8);
  });

  test('modified Dietz: the gain over the capital at work on average', async () => {
    // Of twelve days: 1,000 all, 500 ten, −200 nine, −1,322.14 three, 105 one.
    const capital = (1000 * 12 + 500 * 10 - 200 * 9 - 1322.14 * 3 + 105) / 12;
    near((await over('04', '15')).modified_dietz, 24.24 / capital);
  });
});

test('a rate that comes anew is in the next reply', async () => {
  await api.given('/v1/fx-rates', rate('12', '1.32'));
  const euros = Number((await over('04', '15')).twr);
  near((await over('04', '15', '&currency=USD')).twr, (1 + euros) * (1.32 / 1.1) - 1);
});
