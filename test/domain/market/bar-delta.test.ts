import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTick, barOf, mergeBars } from '../../../domain/market/bar-delta.ts';
import type { BarDelta, BarTick } from '../../../domain/market/bar-delta.ts';

const tickOf = (timestamp: number, price: number, volume?: number): BarTick => ({
  timestamp,
  price: BigInt(price),
  volume: volume === undefined ? undefined : BigInt(volume),
});

function deltaOf(ticks: readonly BarTick[]): BarDelta {
  const delta = barOf(ticks[0]!);
  for (const each of ticks.slice(1)) addTick(delta, each);
  return delta;
}

const ticks = fc.array(
  fc
    .tuple(fc.nat(6), fc.integer({ min: 1, max: 9 }), fc.option(fc.nat(5), { nil: undefined }))
    .map((given) => tickOf(...given)),
  { minLength: 1, maxLength: 12 },
);

describe('a bar', () => {
  it('opens with the first tick of the earliest time and closes with the last of the latest', () => {
    expect(deltaOf([tickOf(2, 5, 1), tickOf(1, 7), tickOf(1, 8, 2), tickOf(3, 4), tickOf(3, 6, 4)])).toEqual({
      open: 7n,
      high: 8n,
      low: 4n,
      close: 6n,
      volume: 7n,
      ticks: 5,
      firstAt: 1,
      lastAt: 3,
    });
  });

  it('is the same made at once and merged of parts, in the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(ticks, { minLength: 1, maxLength: 5 }), (parts) => {
        expect(parts.map(deltaOf).reduce(mergeBars)).toEqual(deltaOf(parts.flat()));
      }),
    );
  });

  it('does not depend on the order where times differ', () => {
    const apart = ticks.map((all) => all.map((each, i) => ({ ...each, timestamp: i })));
    fc.assert(
      fc.property(
        apart.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([inOrder, shuffled]) => {
          expect(deltaOf(shuffled)).toEqual(deltaOf(inOrder));
        },
      ),
    );
  });
});
