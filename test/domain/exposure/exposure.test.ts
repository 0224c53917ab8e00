import { describe, expect, it } from 'vitest';
import { concentration } from '../../../domain/exposure/concentration.ts';
import { exposures } from '../../../domain/exposure/exposure.ts';
import type { Holding } from '../../../domain/exposure/exposure.ts';
import { decimal, format } from '../../../domain/decimal.ts';

function holding(segment: string, security: string, value: string): Holding {
  return { segment, security, value: decimal(value) };
}

describe('exposure', () => {
  it('has weights that add up to one as printed', () => {
    const { segments } = exposures(['A', 'B', 'C'].map((name) => holding(name, name, '10')));
    expect([...segments.values()].map(({ weight }) => format(weight!))).toEqual([
      '0.333333333334',
      '0.333333333333',
      '0.333333333333',
    ]);
  });

  it('tells long from short, and sums what several portfolios have of a security', () => {
    const { segments, total } = exposures([
      holding('shares', 'A', '150'),
      holding('shares', 'B', '-30'),
      holding('shares', 'B', '10'),
      holding('cash', 'CASH_EUR', '-50'),
    ]);
    const shares = segments.get('shares')!;
    expect([shares.value, shares.long, shares.short, shares.gross].map(format)).toEqual([
      '130',
      '150',
      '-20',
      '170',
    ]);
    expect([format(shares.weight!), shares.securities]).toEqual(['1.625', 2]);
    expect([total.value, total.gross].map(format)).toEqual(['80', '220']);
    expect(format(segments.get('cash')!.weight!)).toBe('-0.625');
  });

  it('has no weights where the whole is not above zero', () => {
    const { total } = exposures([holding('a', 'A', '10'), holding('b', 'B', '-10')]);
    expect(total.weight).toBeNull();
  });
});

describe('concentration', () => {
  it('is worked out by hand', () => {
    // 50, 30 and 20 %: 0.25 + 0.09 + 0.04 = 0.38, as concentrated as 1 / 0.38 equal holdings.
    const found = concentration(
      [
        { security: 'C', value: decimal('20') },
        { security: 'A', value: decimal('50') },
        { security: 'B', value: decimal('-30') },
        { security: 'N', value: decimal('0') },
      ],
      [1, 2, 10],
    );
    expect(found.holdings).toBe(3);
    expect(found.largest).toMatchObject({ security: 'A' });
    expect(found.top.map(({ n, weight }) => [n, format(weight!)])).toEqual([
      [1, '0.5'],
      [2, '0.8'],
      [10, '1'],
    ]);
    expect(format(found.herfindahl!)).toBe('0.38');
    expect(format(found.effective!)).toBe('2.631578947368');
  });

  it('of nothing is nothing', () => {
    expect(concentration([], [5])).toEqual({
      holdings: 0,
      largest: null,
      top: [{ n: 5, weight: null }],
      herfindahl: null,
      effective: null,
    });
  });
});
