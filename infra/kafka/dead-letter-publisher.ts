/**
 * Copies dead letters to the dead-letter topics: each message as it was received, with headers that say
 * what was wrong and where it came from. Rows are marked after the brokers have acknowledged; a process
 * killed in between copies them again.
 */
import { deadLetterTopic } from '../../commands/ingest/topics.ts';
import type { Database, Queryable } from '../database/queryable.ts';
import { decodeHeaders } from '../kafka-store/dead-letters.ts';
import type { Headers } from '../kafka-store/dead-letters.ts';
import { KafkaError } from './errors.ts';
import type { KafkaProducer, OutgoingMessage } from './producer.ts';

export interface DeadLetterPublisherOptions {
  readonly database: Database;
  readonly producer: Pick<KafkaProducer, 'send'>;
}

/** A value may have a megabyte, and all of a round are in memory at once. */
const ROUND = 50;

// Two publishers never meet on a row, and neither waits for the other.
const UNPUBLISHED = `
  select dead_letter_id, topic, partition, message_offset, key, value, headers, error_code, error_message
  from dead_letters
  where published_at is null
  order by dead_letter_id
  limit $1
  for update skip locked`;

const MARK = `
  update dead_letters
  set published_at = clock_timestamp()
  where dead_letter_id = any ($1::bigint[])`;

interface Row {
  readonly dead_letter_id: number;
  readonly topic: string;
  readonly partition: number;
  readonly message_offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly error_code: string;
  readonly error_message: string;
}

/**
 * One round, in a transaction of its own.
 * @returns how many were copied; 0 when there is nothing to do
 */
export function createDeadLetterPublisher({
  database,
  producer,
}: DeadLetterPublisherOptions): () => Promise<number> {
  return () => database.transaction((tx) => publishDeadLetters(tx, producer));
}

/** @throws KafkaError or DatabaseError; the rows are then still to be published */
export async function publishDeadLetters(
  tx: Queryable,
  producer: Pick<KafkaProducer, 'send'>,
): Promise<number> {
  const rows = await tx.query<Row>(UNPUBLISHED, [ROUND]);
  if (rows.length === 0) return 0;
  try {
    await producer.send(rows.map((row) => copyOf(row)));
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    for (const row of rows) await sendWithin(producer, row);
  }
  await tx.query(MARK, [rows.map((row) => row.dead_letter_id)]);
  return rows.length;
}

const OURS = ['x-error-code', 'x-error-message', 'x-topic', 'x-partition', 'x-offset'];

function copyOf(row: Row): OutgoingMessage & { readonly headers: Headers } {
  const added: (readonly [string, string])[] = [
    ['x-error-code', row.error_code],
    ['x-error-message', row.error_message],
    ['x-topic', row.topic],
    ['x-partition', String(row.partition)],
    ['x-offset', String(row.message_offset)],
  ];
  const original = decodeHeaders(row.headers).filter(([name]) => !OURS.includes(name.toLowerCase()));
  return {
    topic: deadLetterTopic(row.topic),
    key: row.key,
    value: row.value,
    headers: [...original, ...added.map(([name, text]) => [name, Buffer.from(text)] as const)],
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof KafkaError && error.code === 'too_large';
}

/**
 * A message that just fitted its own topic may not fit with our headers on it. Then only what is wrong
 * with it and where it was goes out; the whole of it stays in the table.
 */
async function sendWithin(producer: Pick<KafkaProducer, 'send'>, row: Row): Promise<void> {
  const copy = copyOf(row);
  try {
    await producer.send([copy]);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const headers = copy.headers.filter(([name]) => OURS.includes(name));
    const bytes = Buffer.from(String(row.value?.length ?? 0));
    await producer.send([
      { topic: copy.topic, key: null, value: null, headers: [...headers, ['x-value-bytes', bytes]] },
    ]);
  }
}
