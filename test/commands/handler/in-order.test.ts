import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inChunks, inOrder } from '../../../commands/handler/in-order.ts';

interface Item {
  readonly key: string;
  readonly turns: number;
}

const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(5) }), {
  maxLength: 60,
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

describe('inOrder', () => {
  it('yields in order, works in order within a key, and keeps to its window', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 8 }), async (list: Item[], window) => {
        const started: [string, number][] = [];
        const working = new Set<string>();
        let inHand = 0;
        const results: number[] = [];
        const work = async (item: Item, index: number) => {
          expect(working.has(item.key)).toBe(false);
          working.add(item.key);
          inHand += 1;
          expect(inHand).toBeLessThanOrEqual(window);
          started.push([item.key, index]);
          await turns(item.turns);
          working.delete(item.key);
          inHand -= 1;
          return index;
        };
        for await (const index of inOrder(list, work, { keys: ({ key }) => [key], window }))
          results.push(index);
        expect(results).toEqual(list.map((_, i) => i));
        for (const key of ['a', 'b', 'c']) {
          const order = started.filter(([each]) => each === key).map(([, index]) => index);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('ends with a failure after what came before it, and lets nothing go unhandled', async () => {
    const seen: number[] = [];
    const run = async () => {
      const work = async (n: number) => {
        await turns(5 - n);
        if (n >= 2) throw new Error(`no ${n}`);
        return n;
      };
      for await (const n of inOrder([0, 1, 2, 3, 4], work, { keys: () => [], window: 5 })) seen.push(n);
    };
    await expect(run()).rejects.toThrow('no 2');
    expect(seen).toEqual([0, 1]);
  });
});

describe('inChunks', () => {
  it('cuts a stream into pieces without losing any', async () => {
    const chunks = [];
    for await (const chunk of inChunks([1, 2, 3, 4, 5], 2)) chunks.push(chunk);
    expect(chunks).toEqual([[1, 2], [3, 4], [5]]);
  });
});
