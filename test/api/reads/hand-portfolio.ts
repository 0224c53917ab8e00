import type { TestApi } from '../../support/api.ts';

/**
 * A portfolio that puts its 1,000 into ten shares on Monday 1 January 2024. Its six returns on business days
 * are 0, 2, −2, 5, −1 and 2 %: the price of nine days, with nothing new at the weekend of the 6th and 7th.
 * The index beside it makes 0, 1, 0, 2, 0 and 3 %.
 */
const PRICES = ['100', '102', '99.96', '104.958', '103.90842', '', '', '105.9865884'];
const INDEX = ['100', '101', '101', '103.02', '103.02', '', '', '106.1106'];
export const P = '/v1/portfolios/HAND';

export async function givenHand(api: TestApi): Promise<void> {
  await api.given('/v1/portfolios', { portfolio_id: 'HAND', base_currency: 'EUR' });
  await api.given('/v1/securities', [
    { security_id: 'SHARE', currency: 'EUR', type: 'equity' },
    { security_id: 'INDEX', currency: 'EUR', type: 'fund' },
  ]);
  const closes = (security_id: string, prices: readonly string[]) =>
    prices
      .map((price, i) => ({ security_id, date: `2024-01-0${i + 1}`, price }))
      .filter(({ price }) => price !== '');
  await api.given('/v1/prices', [
    ...closes('SHARE', PRICES),
    ...closes('INDEX', INDEX),
    { security_id: 'INDEX', date: '2023-12-29', price: '100' },
  ]);
  const bought = { portfolio_id: 'HAND', transaction_date: '2024-01-01T10:00:00Z', currency: 'EUR' };
  await api.given('/v1/transactions', [
    {
      ...bought,
      transaction_id: 'T1',
      transaction_type: 'DEPOSIT',
      security_id: 'CASH_EUR',
      gross_transaction_amount: '1000',
    },
    {
      ...bought,
      transaction_id: 'T2',
      transaction_type: 'BUY',
      security_id: 'SHARE',
      quantity: '10',
      price: '100',
    },
  ]);
  await api.given('/v1/business-dates', { date: '2024-01-08' });
}

/** A figure as replies print it. */
export function shown(value: number): string {
  return String(Number(value.toFixed(12)));
}
