/** The two generations of the read model, each behind a pool of its own. */
import type { Database } from '../database/database.ts';
import type { Generation, Generations, Slot } from '../../projections/generation.ts';
import type { FoldWorkers } from '../../projections/rebuild/workers.ts';
import { flip, flips, flipTotals, hold } from './flip.ts';
import { createGenerationChecks } from './generation-checks.ts';
import { sizeOf } from './generation-size.ts';
import { orderKeys, waitingKeys, withdrawKeys } from './key-orders.ts';
import { createPruneStore } from './prune-store.ts';
import { createFoldStore } from './fold-store.ts';
import { analyze, createRebuildStore } from './rebuild-store.ts';
import { A_REBUILD, holdRebuildLock } from './rebuild-lock.ts';
import { createRebuildRuns, idleGeneration } from './rebuild-runs.ts';
import { projected, queue } from './queue.ts';
import { createRegisterStore } from './register-store.ts';
import type { OutboxSettings } from './outbox-rows.ts';

/**
 * @param databaseOf the pool whose search_path is on the slot's schema, then public
 * @param workers fold a rebuild
 * @param outbox given where what changes is published
 * @param foldVersion of the live fold, `FOLD_VERSION` unless given
 */
export function createGenerations(
  databaseOf: (slot: Slot) => Database,
  workers: FoldWorkers,
  outbox?: OutboxSettings,
  foldVersion?: number,
): Generations {
  const generations = new Map<Slot, Generation>();

  async function active(): Promise<Slot> {
    const [row] = await databaseOf('gen_a').query<{ slot: Slot }>(`select slot from active_generation`);
    if (!row) throw new Error('active_generation has no row; the database is not migrated');
    return row.slot;
  }

  return {
    active,
    of(slot) {
      const found = generations.get(slot) ?? createGeneration(databaseOf(slot), slot, outbox, foldVersion);
      generations.set(slot, found);
      return found;
    },
    workers,
    runs: createRebuildRuns(databaseOf('gen_a')),
    lock: (what = A_REBUILD) => holdRebuildLock(databaseOf('gen_a'), what),
    idle: () => idleGeneration(databaseOf('gen_a')),
    flips: (limit) => flips(databaseOf('gen_a'), limit),
    flipTotals: () => flipTotals(databaseOf('gen_a')),
    hold: async (work) => hold(databaseOf('gen_a'), await active(), work),
    flip: (slot, catchUp, order) => flip(databaseOf(slot), slot, catchUp, order, outbox),
  };
}

function createGeneration(
  database: Database,
  slot: Slot,
  outbox?: OutboxSettings,
  foldVersion?: number,
): Generation {
  return {
    slot,
    register: createRegisterStore(database),
    fold: createFoldStore(database, slot, outbox, foldVersion),
    rebuild: createRebuildStore(database, slot),
    checks: createGenerationChecks(database),
    analyze: () => analyze(database),
    projected: (portfolioIds) => projected(database, portfolioIds),
    queue: () => queue(database),
    rejected: (limit) =>
      database.query<{ position: number; reason: string }>(
        `select position, reason from quarantine where portfolio_no is null order by position limit $1`,
        [limit],
      ),
    async state() {
      const [row] = await database.query<{
        position: number;
        oldest_mark: number | null;
        orders: number;
        dirty_keys: number;
        failed: number;
        rejected: number;
        pending: number;
        discrepancies: number;
        incomplete_days: number;
        behind_days: number;
        fold_versions: number[];
      }>(
        `select (select position from checkpoints where name = 'register') as position,
                (select min(position) from dirty where cause not in ('operator', 'fold_version', 'regeneration', 'aggregation')) as oldest_mark,
                (select count(*) from dirty where cause in ('operator', 'fold_version')) as orders,
                (select count(*) from (select distinct portfolio_no, security_no from dirty) d) as dirty_keys,
                (select count(*) from position_state where status = 'FAILED') as failed,
                (select count(*) from quarantine where security_no is null) as rejected,
                (select count(*) from pending_transactions) as pending,
                (select count(*) from cost_discrepancies) as discrepancies,
                (select coalesce(max(horizon - coalesce(complete_through, first_day - 1)), 0) from portfolio_state
                 where horizon >= first_day) as behind_days,
                (select coalesce(sum(horizon - coalesce(complete_through, first_day - 1)), 0) from portfolio_state
                 where horizon >= first_day) as incomplete_days,
                (select coalesce(array_agg(distinct fold_version order by fold_version), '{}') from position_state where fold_version > 0) as fold_versions`,
      );
      return {
        position: row?.position ?? 0,
        oldestMark: row?.oldest_mark ?? null,
        orders: row?.orders ?? 0,
        dirtyKeys: row?.dirty_keys ?? 0,
        failedKeys: row?.failed ?? 0,
        quarantinedKeys: (row?.failed ?? 0) + (row?.rejected ?? 0),
        pendingTransactions: row?.pending ?? 0,
        costDiscrepancies: row?.discrepancies ?? 0,
        incompleteDays: row?.incomplete_days ?? 0,
        watermarkBehindDays: row?.behind_days ?? 0,
        foldVersions: row?.fold_versions ?? [],
      };
    },
    order: (order) => orderKeys(database, order),
    waiting: (rebuildId) => waitingKeys(database, rebuildId),
    withdraw: (rebuildId) => withdrawKeys(database, rebuildId),
    prune: createPruneStore(database),
    size: () => sizeOf(database, slot),
  };
}
