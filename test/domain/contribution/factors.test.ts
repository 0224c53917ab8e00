import { describe, expect, it } from 'vitest';
import { dayFactors, linkedStretch } from '../../../domain/contribution/factors.ts';
import { decimal, format, ZERO } from '../../../domain/decimal.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import type { ReturnDay } from '../../../domain/returns/model.ts';

function given(...days: [begin: string, inflow: string, end: string][]): ReturnDay[] {
  return days.map(([begin, inflow, end], day) => ({
    day,
    bodMarketValue: decimal(begin),
    bodCashflow: decimal(inflow),
    eodCashflow: ZERO,
    eodMarketValue: decimal(end),
    income: ZERO,
    fees: ZERO,
    taxes: ZERO,
    estimated: false,
    open: false,
  }));
}

// 10 % on 100; everything lost; 50 come in and become 55; 45 more come in and become 110 with them.
const chain = linkDays(
  given(['0', '100', '110'], ['110', '0', '0'], ['0', '50', '55'], ['55', '45', '110']),
  DEFAULT_RETURN_OPTIONS,
);

describe('the factors of days', () => {
  it('are the growth before a day over its capital, and one over its opening value', () => {
    const factors = dayFactors(chain, 0, 3);
    // 1 / 100; 1.1 / 110; the loss is left out of the growth: 1.1 / 50; 1.1 × 1.1 / 100.
    expect(factors.map(({ contribution }) => format(contribution))).toEqual([
      '0.01',
      '0.01',
      '0.022',
      '0.0121',
    ]);
    expect(factors.map(({ share }) => format(share).slice(0, 8))).toEqual(['0', '0.009090', '0', '0.018181']);
  });

  it('are zero on a day without a return', () => {
    const empty = linkDays(given(['0', '0', '5']), DEFAULT_RETURN_OPTIONS);
    expect(dayFactors(empty, 0, 0)).toMatchObject([{ contribution: ZERO, share: ZERO }]);
  });
});

describe('the stretch contributions are summed over', () => {
  it('links no further than a total loss', () => {
    const whole = linkedStretch(chain, { first: 0, last: 3, bridged: false });
    // 10 × 0.01 − 110 × 0.01 = −1: the return of the stretch.
    expect(whole).toMatchObject({ first: 0, last: 3, linkedTo: 1, weighedDays: 2 });
    expect(format(whole.growth)).toBe('1');
  });

  it('begins anew after it', () => {
    const after = linkedStretch(chain, { first: 2, last: 3, bridged: false });
    expect(after).toMatchObject({ linkedTo: 3, weighedDays: 1 });
    // (5 × 0.022 + 10 × 0.0121) / 1.1 = 0.21, which is 1.1 × 1.1 − 1.
    expect(format(after.growth)).toBe('1.1');
  });
});
