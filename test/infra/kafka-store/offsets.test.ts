import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../../domain/messages.ts';
import { advanceOffset, createOffsetStore } from '../../../infra/kafka-store/offsets.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const batch = (topic: string, expected: number, next: number): Batch => ({
  groupId: 'g',
  topic,
  partition: 1,
  expected,
  next,
  messages: [],
});
const advance = (topic: string, expected: number, next: number) =>
  db.database.transaction((tx) => advanceOffset(tx, batch(topic, expected, next)));
const stored = async (topic: string) =>
  (await createOffsetStore(db.database).load('g')).filter((row) => row.topic === topic);

describe('offsets', () => {
  it('advance from the one expected, wherever the first batch begins', async () => {
    expect(await advance('a', 40, 50)).toBe(true);
    expect(await advance('a', 50, 60)).toBe(true);
    expect(await stored('a')).toEqual([{ topic: 'a', partition: 1, next: 60 }]);
  });

  it('stay where they are for whoever expects another', async () => {
    await advance('b', 0, 10);
    expect(await advance('b', 0, 10)).toBe(false);
    expect(await advance('b', 10, 5)).toBe(true);
    expect(await stored('b')).toEqual([{ topic: 'b', partition: 1, next: 5 }]);
  });

  it('are moved by one of those who race for a batch', async () => {
    const winners = await Promise.all([1, 2, 3, 4, 5].map(() => advance('c', 0, 10)));
    expect(winners.filter((won) => won)).toHaveLength(1);
    const again = await Promise.all([1, 2, 3, 4, 5].map(() => advance('c', 10, 20)));
    expect(again.filter((won) => won)).toHaveLength(1);
  });

  it('of other groups are not seen', async () => {
    expect(await createOffsetStore(db.database).load('other')).toEqual([]);
  });
});
