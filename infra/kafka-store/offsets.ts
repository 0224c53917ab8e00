/** How far each group has taken each partition in: rows of `kafka_offsets`. */
import type { Batch } from '../../domain/messages.ts';
import type { Queryable } from '../database/queryable.ts';
import type { OffsetStore, StoredOffset } from '../kafka/consumer.ts';

// One row and one statement: a second member waits here for the first one's commit, then finds that the
// offset has moved and gets no row.
const ADVANCE = `
  insert into kafka_offsets as o (group_id, topic, partition, next_offset)
  values ($1, $2, $3, $5)
  on conflict (group_id, topic, partition) do update
  set next_offset = excluded.next_offset, updated_at = clock_timestamp()
  where o.next_offset = $4
  returning next_offset`;

/**
 * Moves the offset past a batch, inside the transaction that holds the batch's effects. First thing in
 * it: a member that has lost the partition shall do nothing more.
 * @returns false when the stored offset is another than the batch expects: roll back, answer `fenced`.
 */
export async function advanceOffset(
  tx: Queryable,
  { groupId, topic, partition, expected, next }: Batch,
): Promise<boolean> {
  const rows = await tx.query<{ next_offset: number }>(ADVANCE, [groupId, topic, partition, expected, next]);
  return rows.length > 0;
}

const LOAD = `
  select topic, partition, next_offset as next
  from kafka_offsets
  where group_id = $1`;

export function createOffsetStore(database: Queryable): OffsetStore {
  return { load: (groupId) => database.query<StoredOffset>(LOAD, [groupId]) };
}
