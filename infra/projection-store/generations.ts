/** The two generations of the read model, each behind a pool of its own. */
import type { Database } from '../database/database.ts';
import { otherSlot } from '../../projections/generation.ts';
import type { Generation, Generations, Slot } from '../../projections/generation.ts';
import { createFoldStore } from './fold-store.ts';
import { analyze, createRebuildStore } from './rebuild-store.ts';
import { createRegisterStore } from './register-store.ts';
import type { OutboxSettings } from './outbox-rows.ts';

/**
 * @param databaseOf the pool whose search_path is on the slot's schema, then public
 * @param outbox given where what changes is published
 */
export function createGenerations(
  databaseOf: (slot: Slot) => Database,
  outbox?: OutboxSettings,
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
      const found = generations.get(slot) ?? createGeneration(databaseOf(slot), slot, outbox);
      generations.set(slot, found);
      return found;
    },
    flip: (slot, catchUp) =>
      databaseOf(slot).transaction(async (tx) => {
        // The active checkpoint is held still, so that nothing can be shown and then not be shown.
        await tx.query(HOLD[otherSlot(slot)]);
        await catchUp();
        const [row] = await tx.query<{ level: boolean }>(LEVEL[otherSlot(slot)]);
        if (!row?.level) return false;
        for (const statement of RAISE_EPOCHS[otherSlot(slot)]) await tx.query(statement);
        if (outbox) await tx.query(ANNOUNCE[otherSlot(slot)]);
        await tx.query(`update active_generation set slot = $1, flipped_at = clock_timestamp()`, [slot]);
        return true;
      }),
  };
}

function hold(active: string): string {
  return `select position from ${active}.checkpoints where name = 'register' for update`;
}

function level(active: string): string {
  return `select (select position from checkpoints where name = 'register')
                   >= (select position from ${active}.checkpoints where name = 'register')
                 and not exists (select from dirty)
                 and not exists (select from position_state where status = 'FAILED') as level`;
}

/** Epochs of a key never go back: one that the old generation restated meanwhile is raised above it. */
function raiseEpochs(active: string): readonly string[] {
  return [
    `update position_state n set epoch = o.epoch + 1
     from ${active}.position_state o
     join ${active}.portfolios op on op.portfolio_no = o.portfolio_no
     join ${active}.securities os on os.security_no = o.security_no,
          portfolios np, securities ns
     where np.portfolio_id = op.portfolio_id and ns.security_id = os.security_id
       and n.portfolio_no = np.portfolio_no and n.security_no = ns.security_no and n.epoch <= o.epoch`,
    `update portfolio_state n set epoch = o.epoch + 1
     from ${active}.portfolio_state o join ${active}.portfolios op using (portfolio_no), portfolios np
     where np.portfolio_id = op.portfolio_id and n.portfolio_no = np.portfolio_no and n.epoch <= o.epoch`,
  ];
}

/** The keys whose rows are others than those readers saw so far; a checksum knows nothing of epochs. */
function announce(active: string): string {
  return `insert into public.outbox (kind, portfolio_id, security_id, epoch, from_day, through_day)
     select 'snapshots', np.portfolio_id, ns.security_id, n.epoch, n.first_day, n.watermark_day
     from position_state n
     join portfolios np on np.portfolio_no = n.portfolio_no
     join securities ns on ns.security_no = n.security_no
     left join ${active}.portfolios op on op.portfolio_id = np.portfolio_id
     left join ${active}.securities os on os.security_id = ns.security_id
     left join ${active}.position_state o
       on o.portfolio_no = op.portfolio_no and o.security_no = os.security_no
     where n.first_day <= n.watermark_day and n.checksum is distinct from o.checksum
     order by np.portfolio_id, ns.security_id`;
}

// The statements of a flip away from each generation; schema names cannot be parameters.
const HOLD: Readonly<Record<Slot, string>> = { gen_a: hold('gen_a'), gen_b: hold('gen_b') };
const LEVEL: Readonly<Record<Slot, string>> = { gen_a: level('gen_a'), gen_b: level('gen_b') };
const ANNOUNCE: Readonly<Record<Slot, string>> = { gen_a: announce('gen_a'), gen_b: announce('gen_b') };
const RAISE_EPOCHS: Readonly<Record<Slot, readonly string[]>> = {
  gen_a: raiseEpochs('gen_a'),
  gen_b: raiseEpochs('gen_b'),
};

function createGeneration(database: Database, slot: Slot, outbox?: OutboxSettings): Generation {
  return {
    slot,
    register: createRegisterStore(database),
    fold: createFoldStore(database, slot, outbox),
    rebuild: createRebuildStore(database, slot),
    analyze: () => analyze(database),
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
                (select coalesce(array_agg(distinct fold_version), '{}') from portfolio_state where fold_version > 0) as fold_versions`,
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
    async order({ portfolioId, securityId, fromDay, position }) {
      const rows = await database.query<{ security_no: number }>(
        `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
         select k.portfolio_no, k.security_no, $3, null, 'operator', $4
         from position_state k join portfolios p using (portfolio_no) join securities s using (security_no)
         where ($1::text is null or p.portfolio_id = $1) and ($2::text is null or s.security_id = $2)
         returning security_no`,
        [portfolioId ?? null, securityId ?? null, fromDay, position],
      );
      return rows.length;
    },
  };
}
