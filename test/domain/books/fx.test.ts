import { describe, expect, it } from 'vitest';
import { day, givenMarket, text } from './given-books.ts';

describe('rates', () => {
  const rate = (rates: Parameters<typeof givenMarket>[1], base: string, currency: string, date: string) =>
    text(givenMarket(base, rates).fx(currency, day(date)));

  it('are direct, else inverse, else a cross, and never from the future', () => {
    const rates = {
      'USD/EUR': [['2024-01-10', '0.9']],
      'EUR/USD': [
        ['2024-01-05', '1.25'],
        ['2024-01-12', '2'],
      ],
      'USD/CHF': [['2024-01-02', '0.88']],
      'EUR/CHF': [['2024-01-02', '1.1']],
    } as const;
    expect(rate({ rates }, 'EUR', 'EUR', '1990-01-01')).toBe('1');
    expect(rate({ rates }, 'EUR', 'USD', '2024-01-01')).toBeNull();
    expect(rate({ rates }, 'EUR', 'USD', '2024-01-02')).toBe('0.8'); // 0.88 × 1/1.1, rounded to 18 places
    expect(rate({ rates }, 'EUR', 'USD', '2024-01-05')).toBe('0.8');
    expect(rate({ rates }, 'EUR', 'USD', '2024-01-12')).toBe('0.9');
  });

  it('cross through EUR before USD before the rest, each from its own first day on', () => {
    const rates = {
      'GBP/NOK': [['2024-01-01', '13']],
      'NOK/SEK': [['2024-01-01', '1']],
      'GBP/USD': [['2024-01-02', '1.2']],
      'USD/SEK': [['2024-01-02', '10']],
      'GBP/EUR': [['2024-01-03', '1.1']],
      'SEK/EUR': [['2024-01-03', '0.1']],
    } as const;
    const at = (date: string) => rate({ rates }, 'SEK', 'GBP', date);
    expect([at('2024-01-01'), at('2024-01-02'), at('2024-01-03')]).toEqual(['13', '12', '11']);
  });
});
