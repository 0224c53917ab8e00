import fc from 'fast-check';
import type { Batch as LibraryBatch, IHeaders, KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { batchesOf, messageOf } from '../../../infra/kafka/batches.ts';

function message(offset: number, bytes = 10, headers: IHeaders = {}): KafkaMessage {
  const value = Buffer.alloc(bytes, 65);
  return { offset: String(offset), key: null, value, headers, timestamp: '0', attributes: 0 };
}

/** What a fetch brought: messages at offsets, and the last offset it covered. */
function fetched(offsets: readonly number[], last = offsets.at(-1) ?? 0, bytes = 10): LibraryBatch {
  const messages = offsets.map((offset) => message(offset, bytes));
  return {
    topic: 't',
    partition: 3,
    highWatermark: String(last + 1),
    messages,
    isEmpty: () => messages.length === 0,
    firstOffset: () => messages[0]?.offset ?? null,
    lastOffset: () => String(last),
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  };
}

const cut = (fetch: LibraryBatch, next: number, messages = 1_000, bytes = 1_000_000, expected = next) =>
  [...batchesOf('g', fetch, { expected, next }, { messages, bytes })].map((batch) => [
    batch.expected,
    batch.messages.map(({ offset }) => offset),
    batch.next,
  ]);

describe('batches of a fetch', () => {
  it('begin at the position: what was taken before is left out', () => {
    expect(cut(fetched([5, 6, 7, 8]), 7)).toEqual([[7, [7, 8], 9]]);
    expect(cut(fetched([5, 6]), 7)).toEqual([]);
  });

  it('pass over what is no message: the next offset is the one after all that was fetched', () => {
    expect(cut(fetched([2, 3], 6), 2)).toEqual([[2, [2, 3], 7]]);
  });

  it('continue a stored offset that is not where reading goes on', () => {
    expect(cut(fetched([40, 41, 42]), 40, 2, 1_000, 7)).toEqual([
      [7, [40, 41], 42],
      [42, [42], 43],
    ]);
  });

  it('hold so many messages and bytes, or a single one that is larger', () => {
    expect(cut(fetched([0, 1, 2, 3, 4]), 0, 2)).toEqual([
      [0, [0, 1], 2],
      [2, [2, 3], 4],
      [4, [4], 5],
    ]);
    expect(cut(fetched([0, 1, 2], 2, 100), 0, 10, 50).map(([, offsets]) => offsets)).toEqual([[0], [1], [2]]);
  });

  it('follow one another without a gap and hold each message once, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 }),
        fc.nat(220),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(5),
        (given, next, size, controls) => {
          const offsets = given.toSorted((a, b) => a - b);
          const last = offsets.at(-1)! + controls;
          const batches = [
            ...batchesOf(
              'g',
              fetched(offsets, last),
              { expected: next, next },
              { messages: size, bytes: 1e6 },
            ),
          ];
          const wanted = offsets.filter((offset) => offset >= next);
          expect(batches.flatMap(({ messages }) => messages.map(({ offset }) => offset))).toEqual(wanted);
          let expected = next;
          for (const batch of batches) {
            expect(batch.expected).toBe(expected);
            expect(batch.messages.length).toBeGreaterThan(0);
            expect(batch.next).toBeGreaterThan(batch.messages.at(-1)!.offset);
            expected = batch.next;
          }
          if (wanted.length > 0) expect(expected).toBe(last + 1);
        },
      ),
    );
  });
});

it('headers keep their bytes, and those that come twice come twice', () => {
  const bytes = Buffer.from([0, 255]);
  const { headers } = messageOf(message(1, 1, { a: [bytes, 'text'], b: bytes, c: undefined }));
  expect(headers).toEqual([
    ['a', bytes],
    ['a', Buffer.from('text')],
    ['b', bytes],
  ]);
});
