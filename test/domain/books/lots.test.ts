import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeLots, costBaseOf, openLot, recoverCost } from '../../../domain/books/lots.ts';
import type { Lot } from '../../../domain/books/model.ts';
import { add, decimal, equal, format, sign, sum } from '../../../domain/decimal.ts';
import type { CostBasisMethod } from '../../../domain/events.ts';

const lot = (id: string, quantity: string, cost: string, fxRate: string | null = '1'): Lot => ({
  id,
  opened: 0,
  openedAt: '2024-01-01T00:00:00.000000Z',
  quantity: decimal(quantity),
  cost: decimal(cost),
  costBase: fxRate === null ? null : decimal(cost),
  fxRate: fxRate === null ? null : decimal(fxRate),
});
const shown = (lots: readonly Lot[]) => lots.map((l) => `${l.id} ${format(l.quantity)} ${format(l.cost)}`);
const METHODS: readonly CostBasisMethod[] = ['fifo', 'average', 'lifo', 'hifo', 'specific'];

describe('opening', () => {
  it('keeps lots by age, pools under average, and runs cash of one rate together', () => {
    const [a, b] = [lot('A', '1', '10'), lot('B', '2', '30')];
    expect(shown(openLot([b], a, 'fifo', false))).toEqual(['A 1 10', 'B 2 30']);
    expect(shown(openLot([a], b, 'average', false))).toEqual(['A 3 40']);
    expect(shown(openLot([a], b, 'fifo', true))).toEqual(['A 3 40']);
    expect(shown(openLot([a], { ...b, fxRate: decimal('2') }, 'fifo', true))).toEqual(['A 1 10', 'B 2 30']);
  });

  it('gives a pool no base cost while one part has none', () => {
    const [pool] = openLot([lot('A', '1', '10')], lot('B', '1', '20', null), 'average', false);
    expect([pool!.costBase, pool!.fxRate]).toEqual([null, null]);
  });
});

describe('closing', () => {
  it('breaks ties of hifo by age', () => {
    const lots = [lot('A', '1', '10'), lot('B', '2', '20'), lot('C', '1', '9')];
    expect(shown(closeLots(lots, decimal('1'), 'hifo').taken)).toEqual(['A 1 10']);
  });

  const anyLots = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 10_000_000 })), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) =>
      parts.map(([units, cents], i) => lot(`L${i}`, `0.${String(units).padStart(7, '0')}`, `${cents}`)),
    );

  it('never loses units or cost, whatever the method', () => {
    fc.assert(
      fc.property(
        anyLots,
        fc.constantFrom(...METHODS),
        fc.integer({ min: 1, max: 9999 }),
        (lots, method, share) => {
          const held = sum(lots.map((l) => l.quantity));
          const wanted = { coefficient: (held.coefficient * BigInt(share)) / 10_000n, scale: held.scale };
          fc.pre(sign(wanted) > 0);
          const { left, taken } = closeLots(lots, wanted, method, [
            { lotId: 'L1', quantity: decimal('0.01') },
          ]);
          expect(equal(sum(taken.map((l) => l.quantity)), wanted)).toBe(true);
          for (const of of [(l: Lot) => l.quantity, (l: Lot) => l.cost, (l: Lot) => l.costBase!])
            expect(equal(sum(lots.map(of)), add(sum(left.map(of)), sum(taken.map(of))))).toBe(true);
          expect(left.every((l) => sign(l.quantity) > 0 && sign(l.cost) >= 0)).toBe(true);
        },
      ),
    );
  });

  it('gives capital back exactly once', () => {
    fc.assert(
      fc.property(anyLots, fc.integer({ min: 0, max: 20_000_000 }), (lots, cents) => {
        const paid = decimal(cents);
        const { lots: after, recovered, recoveredBase } = recoverCost(lots, paid);
        const [before, left] = [lots, after].map((some) => sum(some.map((l) => l.cost)));
        expect(equal(before!, add(left!, recovered))).toBe(true);
        expect(equal(costBaseOf(lots)!, add(costBaseOf(after)!, recoveredBase!))).toBe(true);
        expect(after.every((l) => sign(l.cost) >= 0)).toBe(true);
        // All of it comes off the cost unless the cost is used up.
        expect(equal(recovered, paid) || sign(left!) === 0).toBe(true);
      }),
    );
  });
});
