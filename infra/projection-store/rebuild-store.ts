/** Filling an idle generation, and reading one on a snapshot. */
import { join } from 'node:path';
import type { Database, DatabaseTransaction } from '../database/database.ts';
import { migrationsDirectory, readMigrations } from '../database/migration-files.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type { RebuildStore, StreamedTable } from '../../projections/rebuild/store.ts';
import { otherSlot } from '../../projections/generation.ts';
import type { Slot } from '../../projections/generation.ts';
import { marks } from './fold-claims.ts';
import { days, history } from './fold-rows.ts';
import { portfolioDays } from './portfolio-rows.ts';
import { writeFactsInBulk } from './bulk-facts.ts';
import { insertDiscrepancies } from './fold-writes.ts';
import { openRowSink } from './row-sink.ts';

const COPY: Readonly<Record<StreamedTable, string>> = {
  position_history: `copy position_history from stdin`,
  daily_position_snapshots: `copy daily_position_snapshots (portfolio_no, security_no, date, epoch, superseded_by, quantity,
    cost_basis, cost_basis_local, market_price, price_date, market_value, market_value_local, realized_gain,
    realized_gain_local, realized_price_gain, realized_fx_gain, valuation_status) from stdin`,
  position_timeseries: `copy position_timeseries from stdin`,
  portfolio_timeseries: `copy portfolio_timeseries from stdin`,
  fold_checkpoints: `copy fold_checkpoints from stdin`,
};

/** What `0002_keys.sql` adds; taken off before a bulk load, put back by that very file after it. */
const TAKE_KEYS_OFF = `
  alter table transactions drop constraint if exists transactions_pkey;
  alter table prices drop constraint if exists prices_pkey;
  alter table fx_rates drop constraint if exists fx_rates_pkey;
  alter table fold_checkpoints drop constraint if exists fold_checkpoints_pkey;
  drop index if exists transactions_key, transactions_time, transactions_target,
    position_history_current, position_history_superseded, position_history_order;
  -- One by one, as TimescaleDB demands of the indexes of hypertables.
  drop index if exists daily_position_snapshots_current;
  drop index if exists daily_position_snapshots_superseded;
  drop index if exists position_timeseries_current;
  drop index if exists position_timeseries_superseded;
  drop index if exists portfolio_timeseries_current;
  drop index if exists portfolio_timeseries_superseded`;

// Without its checkpoint nobody else can register into it: a worker that found it active before the last
// flip, and was held up since, would fill it a second time.
const EMPTY = `
  truncate portfolios, securities, splits, transactions, prices, fx_rates, calendar, portfolio_state, position_state,
           dirty, fold_checkpoints, pending_transactions, cost_discrepancies, quarantine, epochs, position_history,
           daily_position_snapshots, position_timeseries, portfolio_timeseries restart identity;
  delete from checkpoints`;

/**
 * Of the large tables only the columns by which rows are looked up: on hypertables statistics are gathered
 * of each chunk, and those of thirty columns of money cost six times as much and help no plan.
 */
const ANALYZE = [
  `analyze position_timeseries (portfolio_no, security_no, date, epoch, superseded_by)`,
  `analyze daily_position_snapshots (portfolio_no, security_no, date, epoch, superseded_by)`,
  `analyze portfolios, securities, transactions, prices, fx_rates, portfolio_state, position_state, fold_checkpoints,
           position_history, portfolio_timeseries (portfolio_no, date, epoch, superseded_by)`,
];

/** Gathers statistics of a generation's tables. */
export async function analyze(database: Database): Promise<void> {
  await sideBySide(ANALYZE.map((statement) => () => database.query(statement)));
}

/** Index builds and analyses at once; each keeps a processor of the server busy. */
const BUILDERS = 2;

/** Any constant: the name of the lock that one rebuild at a time holds. */
const REBUILD_LOCK = 5_113_202_207;

/** Another rebuild is running, here or in another process. */
export class RebuildBusy extends Error {
  readonly code = 'rebuild_running';
  override readonly name = 'RebuildBusy';
}

/** `database` must have its search_path on the generation in `slot`. */
export function createRebuildStore(database: Database, slot: Slot): RebuildStore {
  return {
    async begin() {
      const lock = await holdLock(database);
      try {
        await database.transaction(async (tx) => {
          const [active] = await tx.query<{ slot: Slot }>(`select slot from active_generation for update`);
          if (active?.slot === slot)
            throw new Error(`${slot} is what readers see; it is never rebuilt in place`);
          await tx.query(EMPTY);
          await tx.query(TAKE_KEYS_OFF);
        });
      } catch (error) {
        await lock.release();
        throw error;
      }
      return lock;
    },
    writeFacts: (facts) => writeFactsInBulk(database, facts),
    open: (table) => openRowSink(database, COPY[table]),
    async writeStates({ keys, portfolios, pending, discrepancies }) {
      await database.transaction(async (tx) => {
        await tx.copyIn(
          `copy position_state from stdin`,
          keys.map(
            (k) =>
              `${k.portfolioNo}\t${k.securityNo}\t${k.epoch}\tCURRENT\t${k.firstDay ?? '\\N'}\t${k.watermarkDay ?? '\\N'}\t${k.open}\t${FOLD_VERSION}\t${k.checksum}\n`,
          ),
        );
        await tx.copyIn(
          `copy portfolio_state from stdin`,
          portfolios.map(
            (p) =>
              `${p.portfolioNo}\t${p.epoch}\tCURRENT\t${p.firstDay ?? '\\N'}\t${p.horizon ?? '\\N'}\t${p.completeThrough ?? '\\N'}\t${FOLD_VERSION}\t${p.checksum}\n`,
          ),
        );
        await tx.query(
          `insert into pending_transactions (portfolio_no, security_no, transaction_id, reason)
           select * from unnest($1::integer[], $2::integer[], $3::text[], $4::text[])`,
          [
            pending.map((p) => p.portfolioNo),
            pending.map((p) => p.securityNo),
            pending.map((p) => p.transactionId),
            pending.map((p) => p.reason),
          ],
        );
        if (discrepancies.length > 0) await insertDiscrepancies(tx, discrepancies);
      });
    },
    async finish(position) {
      const keys = (await readMigrations(join(migrationsDirectory(), 'generation'))).find(
        (m) => m.name === 'keys',
      );
      if (!keys) throw new Error('migrations/generation/0002_keys.sql is missing');
      await sideBySide(keys.sql.split(/;\s*$/m).map((statement) => () => database.query(statement)));
      await analyze(database);
      await database.query(`insert into checkpoints (name, position) values ('register', $1)`, [position]);
    },
    async epochs() {
      const rows = await database.query<{ portfolio_id: string; security_id: string | null; epoch: number }>(
        `select p.portfolio_id, s.security_id, k.epoch
         from position_state k join portfolios p using (portfolio_no) join securities s using (security_no)
         union all
         select p.portfolio_id, null, k.epoch from portfolio_state k join portfolios p using (portfolio_no)`,
      );
      return rows.map((row) => ({
        portfolioId: row.portfolio_id,
        securityId: row.security_id,
        epoch: row.epoch,
      }));
    },
    inheritAudit: (rebuiltKeys, position) =>
      database.transaction((tx) => inheritAudit(tx, slot, rebuiltKeys, position)),
    snapshot: (work) =>
      database.transaction(
        (tx) =>
          work({
            position: async () => {
              const [row] = await tx.query<{ position: number }>(
                `select position from checkpoints where name = 'register'`,
              );
              return row?.position ?? 0;
            },
            keys: () => storedKeys(tx),
            portfolios: async () => {
              const rows = await tx.query<{ portfolio_no: number; portfolio_id: string; checksum: string }>(
                `select portfolio_no, portfolio_id, k.checksum::text as checksum
                 from portfolio_state k join portfolios p using (portfolio_no) order by portfolio_no`,
              );
              return rows.map((row) => ({
                portfolioNo: row.portfolio_no,
                portfolioId: row.portfolio_id,
                checksum: BigInt(row.checksum),
              }));
            },
            marks: (portfolioNos) => marks(tx, portfolioNos),
            days: (stretches) => days(tx, stretches),
            history: (stretches) => history(tx, stretches),
            portfolioDays: (stretches) => portfolioDays(tx, stretches),
          }),
        { isolation: 'repeatable read', readOnly: true },
      ),
  };
}

/** Tasks on several connections at once, begun in their order. */
async function sideBySide(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks.values();
  await Promise.all(
    Array.from({ length: BUILDERS }, async () => {
      for (const task of queue) await task();
    }),
  );
}

async function storedKeys(tx: DatabaseTransaction) {
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    portfolio_id: string;
    security_id: string;
    failed: boolean;
    first_day: number | null;
    watermark_day: number | null;
    checksum: string;
  }>(
    `select k.portfolio_no, k.security_no, p.portfolio_id, s.security_id, k.status = 'FAILED' as failed, k.first_day,
            k.watermark_day, k.checksum::text as checksum
     from position_state k join portfolios p using (portfolio_no) join securities s using (security_no)`,
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    portfolioId: row.portfolio_id,
    securityId: row.security_id,
    failed: row.failed,
    firstDay: row.first_day,
    watermarkDay: row.watermark_day,
    checksum: BigInt(row.checksum),
  }));
}

/** The session that holds the lock must live as long as the rebuild, so it is a transaction left open. */
async function holdLock(database: Database): Promise<{ release(): Promise<void> }> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = (_: boolean): void => undefined;
  const answer = new Promise<boolean>((resolve) => {
    held = resolve;
  });
  const holding = database.transaction(async (tx) => {
    const [row] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock($1::bigint) as held`, [
      REBUILD_LOCK,
    ]);
    held(row?.held ?? false);
    if (row?.held) await released;
  });
  holding.catch(() => held(false));
  if (!(await answer)) {
    await holding;
    throw new RebuildBusy('another rebuild is running');
  }
  return {
    async release() {
      release();
      await holding;
    },
  };
}

const AUDIT_FROM: Readonly<Record<Slot, string>> = {
  gen_a: `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                              started_at, flipped_at, who)
          select n.portfolio_no, coalesce(m.security_no, 0), e.epoch, e.cause, e.cause_position, e.from_day, e.through_day,
                 e.rows, e.checksum, e.started_at, e.flipped_at, e.who
          from gen_a.epochs e
          join gen_a.portfolios o on o.portfolio_no = e.portfolio_no
          join portfolios n on n.portfolio_id = o.portfolio_id
          left join gen_a.securities s on s.security_no = e.security_no
          left join securities m on m.security_id = s.security_id
          order by e.epoch_id`,
  gen_b: `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                              started_at, flipped_at, who)
          select n.portfolio_no, coalesce(m.security_no, 0), e.epoch, e.cause, e.cause_position, e.from_day, e.through_day,
                 e.rows, e.checksum, e.started_at, e.flipped_at, e.who
          from gen_b.epochs e
          join gen_b.portfolios o on o.portfolio_no = e.portfolio_no
          join portfolios n on n.portfolio_id = o.portfolio_id
          left join gen_b.securities s on s.security_no = e.security_no
          left join securities m on m.security_id = s.security_id
          order by e.epoch_id`,
};

async function inheritAudit(
  tx: DatabaseTransaction,
  slot: Slot,
  rebuiltKeys: number,
  position: number,
): Promise<void> {
  await tx.query(AUDIT_FROM[otherSlot(slot)]);
  if (rebuiltKeys === 0) return;
  await tx.query(
    `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                         started_at, who)
     select portfolio_no, security_no, epoch, 'operator', $1::bigint, first_day, watermark_day, watermark_day - first_day + 1,
            checksum, now(), 'rebuild'
     from position_state where first_day <= watermark_day
     union all
     select portfolio_no, 0, epoch, 'operator', $1::bigint, first_day, horizon, horizon - first_day + 1, checksum, now(), 'rebuild'
     from portfolio_state where first_day <= horizon`,
    [position],
  );
}
