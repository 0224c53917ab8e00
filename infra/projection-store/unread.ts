/** Waiting for those who read a generation, exports above all, without others having to wait behind. */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../database/errors.ts';
import type { Database, DatabaseTransaction, TransactionOptions } from '../database/database.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Longer than any export may take. */
const PATIENCE_MS = 65 * 60_000;

/**
 * Runs a transaction that takes tables for itself. Whoever waits for a table holds up all who come for it after,
 * and so for what the transaction has already: it waits a moment, lets go of everything for as long, and begins
 * anew, so that a reader who takes an hour takes it from nobody else.
 * @throws DatabaseError `lock_timeout` when after 65 minutes somebody still reads
 */
export async function whenUnread<T>(
  database: Database,
  options: TransactionOptions,
  work: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
    try {
      return await database.transaction(async (tx) => {
        await tx.query(`select set_config('lock_timeout', $1, true)`, [`${waitMs}ms`]);
        return work(tx);
      }, options);
    } catch (error) {
      const waited = error instanceof DatabaseError && error.code === 'lock_timeout';
      if (!waited || performance.now() > deadline) throw error;
    }
    await delay(waitMs);
  }
}
