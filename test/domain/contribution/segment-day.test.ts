import { describe, expect, it } from 'vitest';
import { segmentReturnDay } from '../../../domain/contribution/segment-day.ts';
import { decimal, format, ZERO } from '../../../domain/decimal.ts';

/** A switch: 60 come in by a purchase, 100 leave by a sale; 5 are paid in from outside. */
const SWITCH = {
  opening: decimal('100'),
  closing: decimal('65'),
  bodExternal: decimal('5'),
  eodExternal: ZERO,
  bodInternal: decimal('60'),
  eodInternal: decimal('-100'),
  income: ZERO,
  fees: ZERO,
  taxes: ZERO,
};
const MARKS = { estimated: false, open: false };

describe('the day of a segment', () => {
  it('takes movements between positions together, out at the end when more went out', () => {
    const day = segmentReturnDay(1, SWITCH, 'netted', MARKS);
    expect([format(day.bodCashflow), format(day.eodCashflow)]).toEqual(['5', '-40']);
  });

  it('has them in at the beginning when more came in', () => {
    const day = segmentReturnDay(1, { ...SWITCH, eodInternal: decimal('-10') }, 'netted', MARKS);
    expect([format(day.bodCashflow), format(day.eodCashflow)]).toEqual(['55', '0']);
  });

  it('leaves those of a single position where the books have them', () => {
    const day = segmentReturnDay(1, SWITCH, 'stored', MARKS);
    expect([format(day.bodCashflow), format(day.eodCashflow)]).toEqual(['65', '-100']);
  });
});
