/** The flip: one transaction after which readers see the other generation, and its audit. */
import type { Database, DatabaseTransaction } from '../database/database.ts';
import { otherSlot } from '../../projections/generation.ts';
import type { FlipOrder, GenerationFlip, Generations, Slot } from '../../projections/generation.ts';
import type { OutboxSettings } from './outbox-rows.ts';

/**
 * @param catchUp runs while the active generation's checkpoint is held still
 * @returns whether readers see `slot` from now on
 */
export function flip(
  database: Database,
  slot: Slot,
  catchUp: (target: number) => Promise<unknown>,
  order: FlipOrder,
  outbox?: OutboxSettings,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const from = otherSlot(slot);
    // The active checkpoint is held still, so that nothing can be shown and then not be shown.
    const [active] = await tx.query<{ position: number }>(HOLD[from]);
    // Read apart: the columns of a statement that locks are made before it has the lock.
    const [held] = await tx.query<{ since: string }>(`select clock_timestamp() as since`);
    await catchUp(active?.position ?? 0);
    const [row] = await tx.query<{ level: boolean; failed: boolean }>(LEVEL[from]);
    if (!row?.level || (row.failed && !order.tolerateQuarantined)) return false;
    for (const statement of RAISE_EPOCHS[from]) await tx.query(statement);
    if (order.cause === 'rollback')
      for (const statement of AUDIT_ROLLBACK[from]) await tx.query(statement, [`rollback by ${order.who}`]);
    if (outbox) await tx.query(ANNOUNCE[from]);
    await showSlot(tx, slot, order, held!.since);
    return true;
  });
}

/** Runs `work` while the active generation's checkpoint is held still. */
export function hold<T>(
  database: Database,
  active: Slot,
  work: (position: number) => Promise<T>,
): Promise<T> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ position: number }>(HOLD[active]);
    return work(row?.position ?? 0);
  });
}

/** Makes readers see the slot and keeps what they saw so far for a while. */
async function showSlot(
  tx: DatabaseTransaction,
  slot: Slot,
  { cause, rebuildId, who, retainHours }: FlipOrder,
  heldSince: string,
): Promise<void> {
  const [former] = await tx.query<{ slot: Slot }>(`select slot from active_generation for update`);
  if (former?.slot !== otherSlot(slot)) throw new Error(`${slot} is what readers see already`);
  await tx.query(`update active_generation set slot = $1, flipped_at = clock_timestamp()`, [slot]);
  await tx.query(
    `update idle_generation
     set state = 'retained', rebuild_id = null, known_at = null, since = clock_timestamp(),
         retained_until = clock_timestamp() + $1::double precision * interval '1 hour',
         fold_version = case $2 when 'gen_a' then (select min(fold_version) from gen_a.portfolio_state)
                                else (select min(fold_version) from gen_b.portfolio_state) end`,
    [retainHours, former.slot],
  );
  await tx.query(
    `insert into generation_flips (from_slot, to_slot, cause, rebuild_id, position, held_ms, who)
     select $1, $2, $3, $4::uuid, position, extract(epoch from clock_timestamp() - $5::timestamptz) * 1000, $6
     from checkpoints where name = 'register'`,
    [former.slot, slot, cause, rebuildId ?? null, heldSince, who],
  );
  // With the flip itself, or a rebuild that is killed right after it would seem to be interrupted.
  if (rebuildId !== undefined)
    await tx.query(
      `update rebuilds
       set status = 'completed', phase = 'done', updated_at = clock_timestamp(), finished_at = clock_timestamp()
       where rebuild_id = $1`,
      [rebuildId],
    );
}

/** The newest first. */
export async function flips(database: Database, limit: number): Promise<GenerationFlip[]> {
  const rows = await database.query<{
    from_slot: Slot;
    to_slot: Slot;
    cause: GenerationFlip['cause'];
    rebuild_id: string | null;
    position: number;
    held_ms: number;
    who: string;
    flipped_at: string;
  }>(
    `select from_slot, to_slot, cause, rebuild_id, position, held_ms, who, flipped_at
     from generation_flips order by flip_id desc limit $1`,
    [limit],
  );
  return rows.map((row) => ({
    from: row.from_slot,
    to: row.to_slot,
    cause: row.cause,
    rebuildId: row.rebuild_id,
    position: row.position,
    heldMs: row.held_ms,
    who: row.who,
    flippedAt: row.flipped_at,
  }));
}

export async function flipTotals(database: Database): ReturnType<Generations['flipTotals']> {
  const [row] = await database.query<{ rebuild: number; rollback: number; held: number }>(
    `select count(*) filter (where cause = 'rebuild') as rebuild, count(*) filter (where cause = 'rollback') as rollback,
            coalesce((select held_ms from generation_flips order by flip_id desc limit 1), 0) as held
     from generation_flips`,
  );
  return { rebuild: row?.rebuild ?? 0, rollback: row?.rollback ?? 0, lastHeldMs: row?.held ?? 0 };
}

function heldCheckpoint(active: string): string {
  return `select position from ${active}.checkpoints where name = 'register' for update`;
}

function level(active: string): string {
  return `select (select position from checkpoints where name = 'register')
                   >= (select position from ${active}.checkpoints where name = 'register')
                 and not exists (select from dirty) as level,
                 exists (select from position_state where status = 'FAILED') as failed`;
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

/**
 * What the audit says after a rollback: the epochs that only the generation left behind had, such as those of
 * the rebuild, and one more of each key that was raised above them. `$1` is who.
 */
function auditRollback(active: string): readonly string[] {
  return [
    `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                         started_at, flipped_at, who)
     select np.portfolio_no, coalesce(ns.security_no, 0), e.epoch, e.cause, e.cause_position, e.from_day, e.through_day,
            e.rows, e.checksum, e.started_at, e.flipped_at, e.who
     from ${active}.epochs e
     join ${active}.portfolios op on op.portfolio_no = e.portfolio_no
     join portfolios np on np.portfolio_id = op.portfolio_id
     left join ${active}.securities os on os.security_no = e.security_no
     left join securities ns on ns.security_id = os.security_id
     where $1::text is not null and not exists (
       select from epochs n
       where n.portfolio_no = np.portfolio_no and n.security_no = coalesce(ns.security_no, 0) and n.epoch = e.epoch)
     order by e.epoch_id`,
    `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                         started_at, who)
     select k.portfolio_no, k.security_no, k.epoch, 'operator', c.position, k.first_day, k.through_day,
            k.through_day - k.first_day + 1, k.checksum, now(), $1
     from checkpoints c,
          (select portfolio_no, security_no, epoch, first_day, watermark_day as through_day, checksum from position_state
           union all
           select portfolio_no, 0, epoch, first_day, horizon, checksum from portfolio_state) k
     where c.name = 'register' and k.first_day <= k.through_day and not exists (
       select from epochs n
       where n.portfolio_no = k.portfolio_no and n.security_no = k.security_no and n.epoch = k.epoch)`,
  ];
}

// The statements of a flip away from each generation; schema names cannot be parameters.
const HOLD: Readonly<Record<Slot, string>> = {
  gen_a: heldCheckpoint('gen_a'),
  gen_b: heldCheckpoint('gen_b'),
};
const LEVEL: Readonly<Record<Slot, string>> = { gen_a: level('gen_a'), gen_b: level('gen_b') };
const ANNOUNCE: Readonly<Record<Slot, string>> = { gen_a: announce('gen_a'), gen_b: announce('gen_b') };
const RAISE_EPOCHS: Readonly<Record<Slot, readonly string[]>> = {
  gen_a: raiseEpochs('gen_a'),
  gen_b: raiseEpochs('gen_b'),
};
const AUDIT_ROLLBACK: Readonly<Record<Slot, readonly string[]>> = {
  gen_a: auditRollback('gen_a'),
  gen_b: auditRollback('gen_b'),
};
