/** The record of rebuilds in PostgreSQL. */
import type { Database } from '../database/database.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type {
  Approval,
  IdleGeneration,
  RebuildPhase,
  RebuildReport,
  RebuildRun,
  RebuildRuns,
  RebuildScope,
  RebuildStatus,
} from '../../projections/rebuild/runs.ts';
import type { Slot } from '../../projections/generation.ts';
import { LOCK_HELD } from './rebuild-lock.ts';

interface RunColumns {
  rebuild_id: string;
  scope: StoredScope;
  slot: Slot | null;
  status: RebuildStatus;
  held: boolean;
  quiet: boolean;
  phase: RebuildPhase;
  fold_version: number;
  position: number | null;
  done: number;
  total: number;
  events: number;
  rows_written: number;
  keys_written: number;
  seconds: number;
  cancel_requested: boolean;
  approval: StoredApproval;
  who: string;
  started_at: string;
  updated_at: string;
  finished_at: string | null;
  error: string | null;
  report: RebuildReport | null;
}

interface StoredScope {
  readonly all?: boolean;
  readonly portfolio_id?: string;
  readonly security_id?: string;
  readonly from?: string;
  readonly known_at?: number;
}

interface StoredApproval {
  readonly flip: Approval['flip'];
  readonly max_impact_bps?: number;
}

/** Whoever is at a run notes its progress about twice a second. */
const QUIET = `clock_timestamp() - updated_at > interval '15 seconds'`;

const COLUMNS = `rebuild_id, scope, slot, status, ${LOCK_HELD} as held, ${QUIET} as quiet, phase, fold_version, position, done, total, events,
  rows_written, keys_written, seconds, cancel_requested, approval, who, started_at, updated_at, finished_at, error, report`;

export function createRebuildRuns(database: Database): RebuildRuns {
  async function find(rebuildId: string): Promise<RebuildRun | undefined> {
    const [row] = await database.query<RunColumns>(
      `select ${COLUMNS} from rebuilds where rebuild_id::text = $1`,
      [rebuildId],
    );
    if (!row) return undefined;
    const run = runOf(row);
    return isUnattended(run) && (await settleKeys(database)) > 0 ? find(rebuildId) : run;
  }

  async function list(limit: number): Promise<RebuildRun[]> {
    const rows = await database.query<RunColumns>(
      `select ${COLUMNS} from rebuilds order by started_at desc, rebuild_id limit $1`,
      [limit],
    );
    const runs = rows.map(runOf);
    return runs.some(isUnattended) && (await settleKeys(database)) > 0 ? list(limit) : runs;
  }

  return {
    find,
    list,
    async create({ scope, slot, approval, who }) {
      const [row] = await database.query<RunColumns>(
        `insert into rebuilds (scope, slot, status, phase, fold_version, approval, who)
         values ($1::json, $2, 'running', 'facts', $3, $4::json, $5) returning ${COLUMNS}`,
        [
          JSON.stringify(storedScope(scope)),
          slot,
          FOLD_VERSION,
          JSON.stringify(storedApproval(approval)),
          who,
        ],
      );
      if (!row) throw new Error('the rebuild was not recorded');
      return runOf(row);
    },
    async open() {
      const [row] = await database.query<RunColumns>(
        `select ${COLUMNS} from rebuilds
         where status in ('running', 'awaiting_approval') and slot is not null
         order by started_at desc limit 1`,
      );
      return row && runOf(row);
    },
    async note(rebuildId, note) {
      const [row] = await database.query<{ cancel_requested: boolean }>(
        `update rebuilds
         set status = case when status in ('running', 'awaiting_approval') then coalesce($2, status) else status end, phase = coalesce($3, phase), position = coalesce($4, position),
             done = coalesce($5, done), total = coalesce($6, total), events = coalesce($7, events),
             rows_written = coalesce($8, rows_written), keys_written = coalesce($9, keys_written),
             seconds = coalesce($10, seconds), approval = coalesce($11::json, approval), error = coalesce($12, error),
             report = coalesce($13::json, report), updated_at = clock_timestamp(),
             finished_at = case when status in ('running', 'awaiting_approval')
                                 and coalesce($2, status) in ('running', 'awaiting_approval') then null
                                else coalesce(finished_at, clock_timestamp()) end
         where rebuild_id = $1 returning cancel_requested`,
        [
          rebuildId,
          note.status ?? null,
          note.phase ?? null,
          note.position ?? null,
          note.done ?? null,
          note.total ?? null,
          note.events ?? null,
          note.rowsWritten ?? null,
          note.keysWritten ?? null,
          note.seconds ?? null,
          note.approval === undefined ? null : JSON.stringify(storedApproval(note.approval)),
          note.error ?? null,
          note.report ? JSON.stringify(note.report) : null,
        ],
      );
      return { cancelRequested: row?.cancel_requested ?? false };
    },
    async cancel(rebuildId) {
      await database.query(
        `update rebuilds
         set cancel_requested = true, updated_at = clock_timestamp(),
             status = case when ${ENDS} then 'cancelled' else status end,
             finished_at = case when ${ENDS} then clock_timestamp() end
         where rebuild_id::text = $1 and status in ('running', 'awaiting_approval')`,
        [rebuildId],
      );
      return find(rebuildId);
    },
  };
}

/** Nobody has to be asked to stop: it waits, nobody is at it, or its marks are taken back. */
const ENDS = `(status = 'awaiting_approval' or slot is null or not ${LOCK_HELD})`;

function isUnattended(run: RebuildRun): boolean {
  return run.interrupted && run.slot === null;
}

/** Keys that were ordered are folded by whoever comes by: the run is over when none is left. */
async function settleKeys(database: Database): Promise<number> {
  const rows = await database.query(
    `update rebuilds r
     set status = 'completed', phase = 'done', done = total, keys_written = total,
         finished_at = clock_timestamp(), updated_at = clock_timestamp()
     where status = 'running' and slot is null and ${QUIET}
       and not exists (select from gen_a.dirty d where d.rebuild_id = r.rebuild_id)
       and not exists (select from gen_b.dirty d where d.rebuild_id = r.rebuild_id)
     returning rebuild_id`,
  );
  return rows.length;
}

export async function idleGeneration(database: Database): Promise<IdleGeneration> {
  const [row] = await database.query<{
    state: IdleGeneration['state'];
    rebuild_id: string | null;
    fold_version: number | null;
    known_at: number | null;
    since: string;
    retained_until: string | null;
  }>(`select state, rebuild_id, fold_version, known_at, since, retained_until from idle_generation`);
  if (!row) throw new Error('idle_generation has no row; the database is not migrated');
  return {
    state: row.state,
    rebuildId: row.rebuild_id,
    foldVersion: row.fold_version,
    knownAt: row.known_at,
    since: row.since,
    retainedUntil: row.retained_until,
  };
}

function runOf(row: RunColumns): RebuildRun {
  return {
    rebuildId: row.rebuild_id,
    scope: {
      ...(row.scope.all === undefined ? {} : { all: row.scope.all }),
      ...(row.scope.portfolio_id === undefined ? {} : { portfolioId: row.scope.portfolio_id }),
      ...(row.scope.security_id === undefined ? {} : { securityId: row.scope.security_id }),
      ...(row.scope.from === undefined ? {} : { from: row.scope.from }),
      ...(row.scope.known_at === undefined ? {} : { knownAt: row.scope.known_at }),
    },
    slot: row.slot,
    status: row.status,
    interrupted: row.status === 'running' && (row.slot === null ? row.quiet : !row.held),
    phase: row.phase,
    foldVersion: row.fold_version,
    position: row.position,
    done: row.done,
    total: row.total,
    events: row.events,
    rowsWritten: row.rows_written,
    keysWritten: row.keys_written,
    seconds: row.seconds,
    cancelRequested: row.cancel_requested,
    approval: {
      flip: row.approval.flip,
      ...(row.approval.max_impact_bps === undefined ? {} : { maxImpactBps: row.approval.max_impact_bps }),
    },
    who: row.who,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
    error: row.error,
    report: row.report,
  };
}

function storedScope({ all, portfolioId, securityId, from, knownAt }: RebuildScope): StoredScope {
  return {
    ...(all === undefined ? {} : { all }),
    ...(portfolioId === undefined ? {} : { portfolio_id: portfolioId }),
    ...(securityId === undefined ? {} : { security_id: securityId }),
    ...(from === undefined ? {} : { from }),
    ...(knownAt === undefined ? {} : { known_at: knownAt }),
  };
}

function storedApproval({ flip, maxImpactBps }: Approval): StoredApproval {
  return { flip, ...(maxImpactBps === undefined ? {} : { max_impact_bps: maxImpactBps }) };
}
