import { describe, expect, test } from 'vitest';
import { decimal, format, ONE, ZERO } from '../../../domain/decimal.ts';
import { internalFlows } from '../../../domain/groups/internal-flows.ts';
import type { FlowDay, RatedMovement } from '../../../domain/groups/internal-flows.ts';

const moved = (direction: 'in' | 'out', size: string, fxRate = '1'): RatedMovement => ({
  transactionId: `${direction}${size}`,
  portfolioId: 'A',
  what: 'S',
  day: 0,
  direction,
  size: decimal(size),
  fxRate: decimal(fxRate),
});

function dayOf(given: Partial<FlowDay>): FlowDay {
  return {
    isCash: false,
    inflowTiming: 'bod',
    outflowTiming: 'eod',
    bodFlow: ZERO,
    eodFlow: ZERO,
    bodFlowBase: given.bodFlow ?? ZERO,
    eodFlowBase: given.eodFlow ?? ZERO,
    price: null,
    movements: [],
    ...given,
  };
}

function internal(day: FlowDay, ...ids: string[]): [bod: string, eod: string] {
  const flows = internalFlows(day, ({ transactionId }) => ids.includes(transactionId));
  return [format(flows.bod), format(flows.eod)];
}

describe('the internal part of a day’s flows', () => {
  test('is nothing where nothing is internal', () => {
    const day = dayOf({ bodFlow: decimal('100'), movements: [moved('in', '10')] });
    expect(internal(day)).toEqual(['0', '0']);
  });

  test('is all of it, to the last place, where everything is', () => {
    const day = dayOf({
      eodFlow: decimal('-33.3333333333'),
      eodFlowBase: decimal('-29.9999999997'),
      movements: [moved('out', '3')],
    });
    expect(internal(day, 'out3')).toEqual(['0', '-29.9999999997']);
  });

  test('is as many units as moved within the group, at what the rest came to', () => {
    // 30 units for 900, nothing left that would have a price.
    const day = dayOf({ eodFlow: decimal('-900'), movements: [moved('out', '10'), moved('out', '20')] });
    expect(internal(day, 'out10')).toEqual(['0', '-300']);
  });

  test('is at the closing price where that explains the flows, which are rounded', () => {
    const price = decimal('10.123456789012');
    // 7 units: 70.864197523084; 3 of them: 30.370370367036.
    const day = dayOf({
      bodFlow: decimal('70.8641975230'),
      price,
      movements: [moved('in', '3'), moved('in', '4')],
    });
    expect(internal(day, 'in3')).toEqual(['30.370370367', '0']);
    // After a split within the day it explains nothing: 70 for 7 units is 10 each.
    expect(internal({ ...day, bodFlow: decimal('70') }, 'in3')).toEqual(['30', '0']);
  });

  test('of cash is its amount, at the rate recorded with it', () => {
    const day = dayOf({
      isCash: true,
      eodFlow: decimal('-300'),
      eodFlowBase: decimal('-250'),
      price: ONE,
      movements: [moved('out', '100', '0.8'), moved('out', '200', '0.85')],
    });
    expect(internal(day, 'out100')).toEqual(['0', '-80']);
    expect(internal(day, 'out100', 'out200')).toEqual(['0', '-250']);
  });

  test('stands in the column of its timing, beside what goes the other way', () => {
    const both = { inflowTiming: 'bod', outflowTiming: 'bod' } as const;
    const movements = [moved('in', '4'), moved('out', '3'), moved('out', '1')];
    // In and out come to nothing, so the closing price has to tell: 4 × 5 in, 3 × 5 out.
    const day = dayOf({ ...both, price: decimal('5'), movements });
    expect(internal(day, 'in4')).toEqual(['20', '0']);
    expect(internal(day, 'in4', 'out3')).toEqual(['5', '0']);
    expect(internal(day, 'in4', 'out3', 'out1')).toEqual(['0', '0']);
  });
});
