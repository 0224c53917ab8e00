/** Dead letters, in the table and in their topics, against what had to become one. */
import { expect } from 'vitest';
import { deadLetterTopic, topicsOf } from '../../commands/ingest/topics.ts';
import { decodeHeaders } from '../../infra/kafka-store/dead-letters.ts';
import { tap } from './stream-tap.ts';
import type { Outbound, StreamWorld } from './stream-world.ts';

/**
 * Every dead letter is one of these messages, and each of these is one, with the key, the value and the headers
 * it had; each was copied to the dead-letter topic with what was wrong and where it was.
 * @param killed a copy may be there twice: somebody was killed before it could note that it is
 */
export async function expectDeadLetters(
  world: StreamWorld,
  poison: readonly Outbound[],
  message: string,
  killed: boolean,
): Promise<void> {
  const rows = await lettersOf(world);
  const buried = rows.map(({ topic, key, value, headers }) => said({ topic, key, value, headers }));
  expect(buried.sort(), message).toEqual(poison.map((each) => sent(world, each)).sort());

  const copies = await copiesOf(world);
  const expected = rows.map((row) =>
    said({
      ...row,
      topic: deadLetterTopic(row.topic),
      headers: {
        ...row.headers,
        'x-error-code': row.code,
        'x-error-message': row.message,
        'x-topic': row.topic,
        'x-partition': String(row.partition),
        'x-offset': String(row.offset),
      },
    }),
  );
  expect((killed ? [...new Set(copies)] : copies).sort(), message).toEqual(expected.sort());
}

interface Row {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly code: string;
  readonly message: string;
}

async function lettersOf(world: StreamWorld) {
  const rows = await world.books.db.database.query<Row & { headers: [string, string][] }>(
    `select topic, partition, message_offset as offset, key, value, headers, error_code as code,
            error_message as message
     from public.dead_letters order by dead_letter_id`,
  );
  return rows.map((row) => ({
    ...row,
    key: row.key?.toString() ?? null,
    headers: Object.fromEntries(
      decodeHeaders(row.headers).map(([name, value]) => [name, Buffer.from(value).toString()]),
    ),
  }));
}

async function copiesOf(world: StreamWorld): Promise<string[]> {
  const reading = await tap(
    world,
    topicsOf(world.config.topicPrefix).map(({ name }) => deadLetterTopic(name)),
  );
  await reading.caughtUp();
  await reading.close();
  return reading.messages.map((each) => said(each));
}

function sent(world: StreamWorld, { kind, key, value, headers = [] }: Outbound): string {
  const bytes =
    value === null || value instanceof Uint8Array
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return said({ topic: world.topic(kind), key, value: bytes, headers: Object.fromEntries(headers) });
}

function said(each: {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}): string {
  const headers = Object.entries(each.headers).sort(([a], [b]) => (a < b ? -1 : 1));
  const value = each.value === null ? null : Buffer.from(each.value).toString('latin1');
  return JSON.stringify([each.topic, each.key, value, headers]);
}
