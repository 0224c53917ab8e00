import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../domain/messages.ts';
import { createDeadLetterDesk } from '../../../infra/kafka-store/dead-letter-desk.ts';
import { insertDeadLetters } from '../../../infra/kafka-store/dead-letters.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const desk = () => createDeadLetterDesk({ database: db.database, send: async () => undefined });

const letter = (offset: number, value: string | null, code = 'json'): DeadLetter => ({
  message: {
    offset,
    key: Buffer.from([0, 255]),
    value: value === null ? null : Buffer.from(value),
    headers: [
      ['name\u0000', Buffer.from([1, 0])],
      ['name\u0000', Buffer.from('again')],
    ],
  },
  code,
  reason: 'because',
});

const insert = (topic: string, ...letters: readonly DeadLetter[]) =>
  db.database.transaction((tx) =>
    insertDeadLetters(tx, { groupId: 'g', topic, partition: 0, expected: 0, next: 9, messages: [] }, letters),
  );
const rows = async (topic: string) => (await desk().list({ topic, limit: 10 })).toReversed();

describe('dead letters', () => {
  it('keep the bytes of the message, with or without a value', async () => {
    await insert('a', letter(3, '\u0000{'), letter(4, null));
    const [first, second] = await rows('a');
    expect(await desk().find(first!.id)).toMatchObject({
      offset: 3,
      key: Buffer.from([0, 255]),
      value: Buffer.from('\u0000{'),
      headers: [
        ['name\u0000', Buffer.from([1, 0])],
        ['name\u0000', Buffer.from('again')],
      ],
      error_code: 'json',
      status: 'open',
    });
    expect(await desk().find(second!.id)).toMatchObject({ offset: 4, value: null });
  });

  it('of a message that is read again stay as they are, whatever became of them', async () => {
    await insert('b', letter(1, 'x'));
    const [before] = await rows('b');
    await desk().discard([before!.id]);
    await insert('b', letter(1, 'x'));
    expect(await rows('b')).toMatchObject([{ id: before!.id, status: 'discarded' }]);
  });

  it('at the coordinates of another message, in a topic made anew, take its place', async () => {
    await insert('c', letter(1, 'x'));
    const [before] = await rows('c');
    await desk().discard([before!.id]);
    await insert('c', letter(1, 'y', 'invalid'));
    expect(await rows('c')).toMatchObject([
      { id: before!.id, status: 'open', error_code: 'invalid', resolved_at: null },
    ]);
  });

  it('are none without any', async () => {
    await insert('d');
    expect(await rows('d')).toEqual([]);
  });
});
