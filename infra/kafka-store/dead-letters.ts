/** Rows of `dead_letters`: messages that could not be taken in, as they were received. */
import type { Batch, DeadLetter } from '../../domain/messages.ts';
import type { Queryable } from '../database/queryable.ts';

// Coordinates that come again with other content are those of a topic that was made anew: the message
// there before is gone from Kafka, and its copy in the dead-letter topic stays.
const INSERT = `
  insert into dead_letters as d
    (topic, partition, message_offset, key, value, headers, error_code, error_message)
  select $1, $2, l.message_offset, l.key, l.value, l.headers, l.error_code, l.error_message
  from unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::json[], $7::text[], $8::text[])
    as l (message_offset, key, value, headers, error_code, error_message)
  on conflict (topic, partition, message_offset) do update
  set key = excluded.key, value = excluded.value, headers = excluded.headers,
      error_code = excluded.error_code, error_message = excluded.error_message,
      received_at = clock_timestamp(), published_at = null, status = 'open', resolved_at = null
  where d.key is distinct from excluded.key or d.value is distinct from excluded.value`;

/** Keeps the dead letters of a batch, inside the transaction that holds its effects. */
export async function insertDeadLetters(
  tx: Queryable,
  { topic, partition }: Batch,
  deadLetters: readonly DeadLetter[],
): Promise<void> {
  if (deadLetters.length === 0) return;
  const messages = deadLetters.map(({ message }) => message);
  await tx.query(INSERT, [
    topic,
    partition,
    messages.map(({ offset }) => offset),
    messages.map(({ key }) => buffer(key)),
    messages.map(({ value }) => buffer(value)),
    messages.map(({ headers }) => encodeHeaders(headers)),
    deadLetters.map(({ code }) => code),
    // A text in PostgreSQL holds any character but this one.
    deadLetters.map(({ reason }) => reason.replaceAll('\u0000', '')),
  ]);
}

function buffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export type Headers = readonly (readonly [name: string, value: Uint8Array])[];

/** JSON pairs of name and base64. */
function encodeHeaders(headers: Headers): string {
  return JSON.stringify(headers.map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
}

export function decodeHeaders(stored: readonly (readonly [string, string])[]): Headers {
  return stored.map(([name, base64]) => [name, Buffer.from(base64, 'base64')]);
}
