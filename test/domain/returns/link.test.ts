import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  decimal,
  format,
  multiply,
  negate,
  ONE,
  round,
  subtract,
  type Decimal,
} from '../../../domain/decimal.ts';
import { growthOver, indexAfter, linkDays, linkReturns } from '../../../domain/returns/link.ts';
import {
  DEFAULT_RETURN_OPTIONS,
  formatFraction,
  type ReturnFlowTiming,
  type ReturnOptions,
} from '../../../domain/returns/model.ts';
import { aDay, days, moved, withOptions, type Move } from './given-days.ts';

const total = (moves: readonly Move[], options: ReturnOptions = DEFAULT_RETURN_OPTIONS): string => {
  const rows = moved('2024-01-01', decimal('1000'), moves);
  return format(round(indexAfter(linkDays(rows, options), rows.length - 1), 15));
};

const factor = fc
  .integer({ min: 9000, max: 11000 })
  .map((n): Decimal => ({ coefficient: BigInt(n), scale: 4 }));
const money = fc
  .integer({ min: 0, max: 10 ** 12 })
  .map((n): Decimal => ({ coefficient: BigInt(n), scale: 2 }));
const moves = fc.array(fc.record({ factor, inflow: money }), { minLength: 2, maxLength: 15 });

describe('linking', () => {
  it('multiplies the growth of the days', () => {
    const chain = linkDays(
      days('2024-01-01', '100', [{ eod: '110' }, { eod: '99' }, { eod: '108.9' }]),
      DEFAULT_RETURN_OPTIONS,
    );
    // 1.1 × 0.9 × 1.1
    expect(format(indexAfter(chain, 2))).toBe('1.089');
    expect(format(growthOver(chain, 1, 2))).toBe('0.99');
  });

  it('links across a liquidation and a later return', () => {
    const rows = days('2024-01-01', '100', [
      { eodFlow: '-110', eod: '0' },
      { eod: '0' },
      { bodFlow: '50', eod: '55' },
    ]);
    const chain = linkDays(rows, DEFAULT_RETURN_OPTIONS);
    expect(format(indexAfter(chain, 2))).toBe('1.21');
    expect(chain.unexplainedRows).toEqual([]);
  });

  it('lets a stretch after a total loss have its own return', () => {
    const rows = days('2024-01-01', '100', [{ eod: '0' }, { bodFlow: '50', eod: '60' }]);
    const chain = linkDays(rows, DEFAULT_RETURN_OPTIONS);
    expect(format(indexAfter(chain, 1))).toBe('0');
    expect(format(growthOver(chain, 1, 1))).toBe('1.2');
  });

  it('keeps its digits after a loss of nearly everything', () => {
    const rows = days('2024-01-01', '10000000000', [{ eod: '1' }, { eod: '3' }, { eod: '7' }]);
    expect(format(growthOver(linkDays(rows, DEFAULT_RETURN_OPTIONS), 2, 2))).toBe('2.33333333333333333333');
  });

  it('keeps its digits however often nearly everything is lost', () => {
    const collapse = { bodFlow: '10000000000000000', eod: '0.0000000001' };
    const rows = days('2024-01-01', '0', [collapse, collapse, collapse, { eod: '3' }, { eod: '7' }]);
    const chain = linkDays(rows, DEFAULT_RETURN_OPTIONS);
    expect(formatFraction(growthOver(chain, 3, 3))).toBe('30000000000');
    expect(format(growthOver(chain, 4, 4))).toBe('2.33333333333333333333');
    // Three days that leave 10^-26 each.
    expect(format(indexAfter(chain, 4))).toBe('0');
  });

  it('tells a gap while something was held from one while nothing was', () => {
    const chain = linkDays(
      [
        aDay('2024-01-01', { bod: '5', eod: '5' }),
        aDay('2024-01-03', { bod: '5', eodFlow: '-5' }),
        aDay('2024-01-09', { bodFlow: '7', eod: '7' }),
      ],
      DEFAULT_RETURN_OPTIONS,
    );
    expect(chain.gapRows).toEqual([1]);
    expect(chain.bridgedRows).toEqual([2]);
  });

  it('refuses days that do not ascend', () => {
    expect(() => linkDays([aDay('2024-01-02'), aDay('2024-01-02')], DEFAULT_RETURN_OPTIONS)).toThrow(
      RangeError,
    );
  });

  it('links returns given as fractions', () => {
    expect(format(linkReturns([decimal('0.1'), decimal('-0.1')]))).toBe('-0.01');
    expect(format(linkReturns([]))).toBe('0');
  });
});

describe('properties', () => {
  it('a flow of any size on a day without market movement changes nothing, whatever the timing', () => {
    const timing = fc.constantFrom<ReturnFlowTiming>('in-begin-out-end', 'begin', 'end');
    fc.assert(
      fc.property(moves, fc.nat(), money, fc.boolean(), timing, (given, at, size, out, flowTiming) => {
        const quiet = given.map((move, i) =>
          i === at % given.length ? { factor: ONE } : { factor: move.factor },
        );
        const [inflow, outflow] = out ? [add(size, ONE), negate(size)] : [size, negate(ONE)];
        const disturbed = quiet.map((move, i) =>
          i === at % given.length ? { ...move, inflow, outflow } : move,
        );
        expect(total(disturbed, withOptions({ flowTiming }))).toBe(total(quiet));
      }),
    );
  });

  it('inflows at the beginning of moving days change nothing either', () => {
    fc.assert(
      fc.property(moves, (given) => {
        expect(total(given)).toBe(total(given.map((move) => ({ factor: move.factor }))));
      }),
    );
  });

  it('the parts of a split link back to the whole', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (given, at) => {
        const rows = moved('2024-01-01', decimal('1000'), given);
        const chain = linkDays(rows, DEFAULT_RETURN_OPTIONS);
        const last = rows.length - 1;
        const split = at % last;
        const parts = multiply(growthOver(chain, 0, split), growthOver(chain, split + 1, last));
        expect(format(round(subtract(parts, growthOver(chain, 0, last)), 17))).toBe('0');
      }),
    );
  });
});
