import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../domain/decimal.ts';
import { matchTransfers } from '../../../domain/groups/transfers.ts';
import type { Movement } from '../../../domain/groups/transfers.ts';

/** `A out 10 S d1` */
function movement(text: string, i = 0): Movement {
  const [portfolioId, direction, size, what, on] = text.split(' ');
  return {
    transactionId: `t${String(i).padStart(3, '0')}`,
    portfolioId: portfolioId!,
    direction: direction === 'in' ? 'in' : 'out',
    size: decimal(size!),
    what: what!,
    day: Number(on!.slice(1)),
  };
}

function matched(...texts: string[]): string[] {
  const names = new Map<Movement, string>();
  const movements = texts.map((text, i) => {
    const made = movement(text, i);
    names.set(made, text);
    return made;
  });
  return matchTransfers(movements).map((pair) => `${names.get(pair.out)} → ${names.get(pair.in)}`);
}

describe('given movements of a group', () => {
  test.each([
    ['one of the same day and size', ['A out 10 S d1', 'B in 10 S d1'], ['A out 10 S d1 → B in 10 S d1']],
    ['a size written otherwise', ['A out 10.0 S d1', 'B in 10 S d1'], ['A out 10.0 S d1 → B in 10 S d1']],
    ['another day', ['A out 10 S d1', 'B in 10 S d2'], []],
    ['another size', ['A out 10 S d1', 'B in 9 S d1'], []],
    ['another security', ['A out 10 S d1', 'B in 10 T d1'], []],
    ['the same portfolio', ['A out 10 S d1', 'A in 10 S d1'], []],
    [
      'one that is taken',
      ['A out 10 S d1', 'B in 10 S d1', 'C in 10 S d1'],
      ['A out 10 S d1 → B in 10 S d1'],
    ],
    // C could give to B alone; A's gift must not be in its way.
    [
      'all that can be',
      ['A out 5 S d1', 'C out 5 S d1', 'B in 5 S d1', 'C in 5 S d1'],
      ['C out 5 S d1 → B in 5 S d1', 'A out 5 S d1 → C in 5 S d1'],
    ],
  ])('matches %s', (_, movements, expected) => {
    expect(matched(...movements)).toEqual(expected);
  });
});

const anyMovement = fc
  .tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.constantFrom('in', 'out'), fc.constantFrom('1', '2'))
  .map(([portfolio, direction, size]) => `${portfolio} ${direction} ${size} S d1`);
const anyMovements = fc.array(anyMovement, { maxLength: 14 }).map((texts) => texts.map(movement));

/** By augmenting paths: what left is tried with whatever came in, and pairs are broken up where it helps. */
function mostPossible(movements: readonly Movement[]): number {
  const outs = movements.filter(({ direction }) => direction === 'out');
  const ins = movements.filter(({ direction }) => direction === 'in');
  const takenBy = new Map<Movement, Movement>();
  const fits = (out: Movement, into: Movement) =>
    out.portfolioId !== into.portfolioId && out.size.coefficient === into.size.coefficient;
  const place = (out: Movement, tried: Set<Movement>): boolean =>
    ins.some((into) => {
      if (!fits(out, into) || tried.has(into)) return false;
      tried.add(into);
      const holder = takenBy.get(into);
      if (holder && !place(holder, tried)) return false;
      takenBy.set(into, out);
      return true;
    });
  return outs.filter((out) => place(out, new Set())).length;
}

test('every movement is in one pair at most, and as many are paired as can be', () => {
  fc.assert(
    fc.property(anyMovements, (movements) => {
      const pairs = matchTransfers(movements);
      expect(new Set(pairs.flatMap((pair) => [pair.in, pair.out])).size).toBe(2 * pairs.length);
      for (const pair of pairs) {
        expect([pair.out.direction, pair.in.direction]).toEqual(['out', 'in']);
        expect(pair.out.portfolioId).not.toBe(pair.in.portfolioId);
        expect(pair.out.size).toEqual(pair.in.size);
      }
      expect(pairs).toHaveLength(mostPossible(movements));
    }),
    { numRuns: 500 },
  );
});

test('the order of the movements does not matter', () => {
  fc.assert(
    fc.property(anyMovements, fc.infiniteStream(fc.nat()), (movements, keys) => {
      const shuffled = movements
        .map((one) => ({ one, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      const names = (list: readonly Movement[]) =>
        matchTransfers(list)
          .map((pair) => `${pair.out.transactionId} ${pair.in.transactionId}`)
          .sort();
      expect(names(shuffled)).toEqual(names(movements));
    }),
  );
});
