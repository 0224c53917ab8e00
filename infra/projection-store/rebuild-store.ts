/** Filling an idle generation, and reading one on a snapshot. */
import type { Database, DatabaseTransaction, Queryable } from '../database/database.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type { RebuildStore } from '../../projections/rebuild/store.ts';
import { otherSlot } from '../../projections/generation.ts';
import type { Slot } from '../../projections/generation.ts';
import { EMPTY } from './empty-generation.ts';
import { openFactsWriter } from './facts-writer.ts';
import { marks } from './fold-claims.ts';
import { keyDifferences } from './key-differences.ts';
import { days, history } from './fold-rows.ts';
import { addMissingKeys, ALL_KEYS, sideBySide, TAKE_KEYS_OFF } from './generation-keys.ts';
import { portfolioDays } from './portfolio-rows.ts';
import { whenUnread } from './unread.ts';

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

// A bulk load takes ids by the block; live ones follow one another.
const IDS_IN_BLOCKS = `alter sequence daily_position_snapshots_id_seq cache 1000`;
const IDS_ONE_BY_ONE = `alter sequence daily_position_snapshots_id_seq cache 1`;

/** Folds that keep the generation level hold some of its tables: two that wait for each other begin anew. */
const WAITING = { retries: 20 };

/** `database` must have its search_path on the generation in `slot`. */
export function createRebuildStore(database: Database, slot: Slot): RebuildStore {
  async function empty(tx: Queryable): Promise<void> {
    const [active] = await tx.query<{ slot: Slot }>(`select slot from active_generation for update`);
    if (active?.slot === slot) throw new Error(`${slot} is what readers see; it is never rebuilt in place`);
    await tx.query(EMPTY);
  }

  return {
    begin: (rebuildId) =>
      whenUnread(database, WAITING, async (tx) => {
        await empty(tx);
        await tx.query(TAKE_KEYS_OFF);
        await tx.query(IDS_IN_BLOCKS);
        await tx.query(
          `update idle_generation
           set state = 'building', rebuild_id = $1, fold_version = $2, known_at = null, since = clock_timestamp(),
               retained_until = null`,
          [rebuildId, FOLD_VERSION],
        );
      }),
    async discard() {
      await whenUnread(database, WAITING, async (tx) => {
        await empty(tx);
        await tx.query(
          `update idle_generation
           set state = 'empty', rebuild_id = null, fold_version = null, known_at = null, since = clock_timestamp(),
               retained_until = null`,
        );
      });
      await database.query(IDS_ONE_BY_ONE);
      await addMissingKeys(database, ALL_KEYS, () => undefined);
    },
    openFacts: () => openFactsWriter(database),
    async portfoliosToFold() {
      const rows = await database.query<{ portfolio_no: number; rows: number }>(
        `select p.portfolio_no, coalesce(sum(greatest(0, c.day - k.first_day + 1)), 0)::bigint as rows
         from portfolios p
         left join (
           select portfolio_no, security_no, min(day) as first_day from transactions group by portfolio_no, security_no
         ) k using (portfolio_no)
         cross join (select coalesce(max(day), 0) as day from calendar) c
         where not exists (select from portfolio_state s where s.portfolio_no = p.portfolio_no)
         group by p.portfolio_no order by p.portfolio_no`,
      );
      return rows.map((row) => ({ portfolioNo: row.portfolio_no, rows: row.rows }));
    },
    async sweep(portfolios) {
      const numbers = [portfolios.map(({ portfolioNo }) => portfolioNo)];
      // Without keys the tables are read from end to end, once each.
      await sideBySide(
        SWEEP.map((statement) => async () => {
          await database.query(statement, numbers);
        }),
      );
    },
    async failures() {
      const rows = await database.query<{
        portfolio_no: number;
        security_no: number;
        portfolio_id: string;
        security_id: string;
        reason: string;
        transaction_id: string | null;
      }>(
        `select k.portfolio_no, k.security_no, p.portfolio_id, s.security_id, q.reason, q.transaction_id
         from position_state k
         join quarantine q using (portfolio_no, security_no)
         join portfolios p using (portfolio_no) join securities s using (security_no)
         where k.status = 'FAILED' order by p.portfolio_id, s.security_id`,
      );
      return rows.map((row) => ({
        portfolioNo: row.portfolio_no,
        securityNo: row.security_no,
        portfolioId: row.portfolio_id,
        securityId: row.security_id,
        reason: row.reason,
        transactionId: row.transaction_id,
      }));
    },
    addKeys: (onProgress) => addMissingKeys(database, ALL_KEYS, onProgress),
    async finish(position, rebuildId, knownAt) {
      await analyze(database);
      await database.transaction(async (tx) => {
        const built = await tx.query(
          `update idle_generation set state = 'built', known_at = $2, since = clock_timestamp()
           where rebuild_id = $1 and state = 'building' returning 1`,
          [rebuildId, knownAt ?? null],
        );
        // Killed after this transaction, before the next phase was on record: done, and perhaps live since.
        if (built.length === 0) return;
        await inheritAudit(tx, slot, position);
        await tx.query(IDS_ONE_BY_ONE);
        await tx.query(`insert into checkpoints (name, position) values ('register', $1)`, [position]);
      });
    },
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
            differences: (pairs) => keyDifferences(tx, otherSlot(slot), pairs),
          }),
        { isolation: 'repeatable read', readOnly: true },
      ),
  };
}

const SWEEP = [
  `delete from position_timeseries where portfolio_no = any($1::integer[])`,
  `delete from daily_position_snapshots where portfolio_no = any($1::integer[])`,
];

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

/** Takes over the audit of epochs from the other generation, and adds those that begin here. */
async function inheritAudit(tx: DatabaseTransaction, slot: Slot, position: number): Promise<void> {
  await tx.query(AUDIT_FROM[otherSlot(slot)]);
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
