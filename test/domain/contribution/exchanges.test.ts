import { describe, expect, it } from 'vitest';
import { exchangeResults } from '../../../domain/contribution/exchanges.ts';
import type { Movement } from '../../../domain/contribution/exchanges.ts';
import { decimal, format } from '../../../domain/decimal.ts';

function results(base: string, ...moved: [security: string, currency: string, amount: string][]) {
  const movements = moved.map(([securityId, currency, amount]): Movement => ({
    portfolioId: 'P',
    day: 1,
    securityId,
    currency,
    amount: decimal(amount),
  }));
  return exchangeResults(movements, () => base).map(({ securityId, amount }) => [securityId, format(amount)]);
}

describe('the result of exchanging currencies', () => {
  it('belongs to the foreign currency, given or received', () => {
    expect(results('EUR', ['CASH_EUR', 'EUR', '-4000'], ['CASH_USD', 'USD', '3960'])).toEqual([
      ['CASH_USD', '-40'],
    ]);
    expect(results('EUR', ['CASH_EUR', 'EUR', '1010'], ['CASH_USD', 'USD', '-1000'])).toEqual([
      ['CASH_USD', '10'],
    ]);
  });

  it('belongs to the one received where both are foreign', () => {
    expect(results('EUR', ['CASH_CHF', 'CHF', '990'], ['CASH_USD', 'USD', '-1000'])).toEqual([
      ['CASH_CHF', '-10'],
    ]);
  });

  it('is found beside trades, whose two sides cancel', () => {
    expect(
      results('EUR', ['CASH_EUR', 'EUR', '-4000'], ['CASH_USD', 'USD', '960'], ['US1', 'USD', '3000']),
    ).toEqual([['CASH_USD', '-40']]);
  });

  it('is none where everything cancels, or nothing stands on the other side', () => {
    expect(results('EUR', ['CASH_EUR', 'EUR', '-10'], ['EU1', 'EUR', '10'])).toEqual([]);
    expect(results('EUR', ['EU1', 'EUR', '10'])).toEqual([]);
  });

  it('goes to the largest movement where no cash of the currency moved', () => {
    expect(results('EUR', ['EU1', 'EUR', '-100'], ['US1', 'USD', '30'], ['US2', 'USD', '60'])).toEqual([
      ['US2', '-10'],
    ]);
  });
});
