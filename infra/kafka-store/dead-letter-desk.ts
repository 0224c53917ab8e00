/** Dead letters as operators handle them. */
import type {
  DeadLetterDesk,
  DeadLetterDetails,
  DeadLetterSelection,
  DeadLetterSummary,
} from '../../commands/ingest/operations.ts';
import type { Database, Queryable } from '../database/queryable.ts';
import type { OutgoingMessage } from '../kafka/producer.ts';
import { decodeHeaders } from './dead-letters.ts';

export interface DeadLetterDeskOptions {
  readonly database: Database;
  /** Sends messages to their topics; used by `retry` alone. */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<void>;
}

const LIST = `
  select dead_letter_id as id, topic, partition, message_offset as offset, error_code, error_message, status,
         received_at, published_at, resolved_at
  from dead_letters
  where ($1::text is null or topic = $1) and ($2::text is null or status = $2)
  order by dead_letter_id desc
  limit $3`;

const FIND = `
  select dead_letter_id as id, topic, partition, message_offset as offset, error_code, error_message, status,
         received_at, published_at, resolved_at, key, value, headers
  from dead_letters
  where dead_letter_id = $1`;

const HIGHEST = `select coalesce(max(dead_letter_id), 0) as id from dead_letters`;

// A second operator waits and then finds them closed.
const TAKE_OPEN = `
  select dead_letter_id as id, topic, key, value, headers
  from dead_letters
  where status = 'open' and dead_letter_id > $1 and dead_letter_id <= $2
    and ($3::bigint[] is null or dead_letter_id = any ($3)) and ($4::text is null or topic = $4)
  order by dead_letter_id
  limit $5
  for update`;

const RETRIED = `
  update dead_letters
  set status = 'retried', resolved_at = clock_timestamp()
  where dead_letter_id = any ($1::bigint[])`;

const DISCARD = `
  update dead_letters
  set status = 'discarded', resolved_at = clock_timestamp()
  where status = 'open' and dead_letter_id = any ($1::bigint[])
  returning dead_letter_id as id`;

interface StoredMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
}

/** A value may have a megabyte, and all of a page are in memory at once. */
const PAGE = 50;

export function createDeadLetterDesk({ database, send }: DeadLetterDeskOptions): DeadLetterDesk {
  /** Sends a page and closes it; what was sent is closed or, after a failure, may be sent again. */
  async function retryPage(
    tx: Queryable,
    after: number,
    upTo: number,
    selection: DeadLetterSelection,
  ): Promise<number[]> {
    const ids = 'ids' in selection ? selection.ids : null;
    const topic = 'ids' in selection ? null : (selection.topic ?? null);
    const rows = await tx.query<StoredMessage & { readonly id: number; readonly topic: string }>(TAKE_OPEN, [
      after,
      upTo,
      ids,
      topic,
      PAGE,
    ]);
    if (rows.length === 0) return [];
    await send(
      rows.map((row) => ({
        topic: row.topic,
        key: row.key,
        value: row.value,
        headers: decodeHeaders(row.headers),
      })),
    );
    const sent = rows.map(({ id }) => id);
    await tx.query(RETRIED, [sent]);
    return sent;
  }

  return {
    list: ({ topic, status, limit }) =>
      database.query<DeadLetterSummary>(LIST, [topic ?? null, status ?? null, limit]),
    async find(id) {
      const [row] = await database.query<DeadLetterSummary & StoredMessage>(FIND, [id]);
      return row && ({ ...row, headers: decodeHeaders(row.headers) } satisfies DeadLetterDetails);
    },
    async retry(selection) {
      // What fails again while this goes on gets a higher number and is left alone.
      const [highest] = await database.query<{ id: number }>(HIGHEST);
      const retried: number[] = [];
      for (;;) {
        const page = await database.transaction((tx) =>
          retryPage(tx, retried.at(-1) ?? 0, highest?.id ?? 0, selection),
        );
        if (page.length === 0) return retried;
        retried.push(...page);
      }
    },
    async discard(ids) {
      const rows = await database.query<{ id: number }>(DISCARD, [ids]);
      return rows.map(({ id }) => id).sort((a, b) => a - b);
    },
  };
}
