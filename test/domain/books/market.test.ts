import { describe, expect, it } from 'vitest';
import { day, decimal, givenMarket, plain, text } from './given-books.ts';

describe('closes', () => {
  const closes = {
    AAPL: [
      ['2024-01-02', '100'],
      ['2024-01-05', '110'],
    ],
  } as const;

  it('are the last at or before the day, never a later one', () => {
    const market = givenMarket('USD', { closes });
    expect(market.close('AAPL', day('2024-01-01'))).toBeUndefined();
    expect(text(market.close('AAPL', day('2024-01-04'))!.price)).toBe('100');
    expect(plain(market.close('AAPL', day('2024-02-01')))).toEqual({ price: '110', day: day('2024-01-05') });
    expect(text(market.close('AAPL', day('2024-01-02'))!.price)).toBe('100');
    expect(market.close('BASF', day('2024-01-02'))).toBeUndefined();
  });

  // A 7-for-1 split on 9 June; the vendor's earlier closes are divided by 7 already.
  const adjusted = {
    AAPL: [
      ['2014-06-06', '92.25'],
      ['2014-06-10', '94.25'],
    ],
  } as const;
  const announced = { day: day('2014-06-09'), ratio: decimal('7') };
  const own = [{ day: day('2014-06-09'), ratio: decimal('7') }];

  it('given adjusted are multiplied back before the split', () => {
    const market = givenMarket('USD', {
      closes: adjusted,
      splits: { AAPL: [{ ...announced, pricesAdjusted: true }] },
    });
    const at = (date: string, splits: typeof own = []) =>
      text(market.close('AAPL', day(date), splits)!.price);
    expect(at('2014-06-06')).toBe('645.75');
    expect(at('2014-06-08')).toBe('645.75');
    expect(at('2014-06-09', own)).toBe('92.25');
    // Bought after the split: new units without a split of its own.
    expect(at('2014-06-09')).toBe('92.25');
    expect(at('2014-06-10', own)).toBe('94.25');
    // The key's split falls on another day in its time zone.
    expect(at('2014-06-08', [{ day: day('2014-06-08'), ratio: decimal('7') }])).toBe('92.25');
  });

  it('as quoted are divided when carried past a split', () => {
    const quoted = {
      AAPL: [
        ['2014-06-06', '645.75'],
        ['2014-06-10', '94.25'],
      ],
    } as const;
    for (const known of [[], [{ ...announced, pricesAdjusted: false }]]) {
      const market = givenMarket('USD', { closes: quoted, splits: { AAPL: known } });
      const at = (date: string, key: typeof own = []) => text(market.close('AAPL', day(date), key)!.price);
      expect(at('2014-06-08')).toBe('645.75');
      expect(at('2014-06-09', own)).toBe('92.25');
      expect(at('2014-06-10', own)).toBe('94.25');
    }
  });

  it('carry the product of several splits', () => {
    const market = givenMarket('USD', {
      closes: { AAPL: [['2014-01-02', '1']] },
      splits: {
        AAPL: [
          { ...announced, pricesAdjusted: true },
          { day: day('2020-08-31'), ratio: decimal('4'), pricesAdjusted: true },
        ],
      },
    });
    const at = (date: string) => text(market.close('AAPL', day(date))!.price);
    expect([at('2014-06-08'), at('2014-06-09'), at('2020-08-31')]).toEqual(['28', '4', '1']);
  });
});
