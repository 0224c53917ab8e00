/**
 * Deleting superseded rows of a generation. They go by portfolios and by years, each in a transaction of its
 * own, and only of the keys that have some in that year: what a statement may not touch in the columnstore
 * is named in it as constants, or it is unpacked for nothing.
 */
import type { Database, DatabaseTransaction } from '../database/database.ts';
import type { PruneStore, Removed } from '../../projections/prune/store.ts';
import { DAILY, HISTORY, PORTFOLIO } from './prune-rows.ts';
import type { PrunedTable } from './prune-rows.ts';

/** A fold that has a row in hand is waited for; two that wait for each other begin anew. */
const RETRIES = 20;

/** `database` must have its search_path on the generation in `slot`. */
export function createPruneStore(database: Database): PruneStore {
  return {
    async superseded(before) {
      let [rows, bytes] = [0, 0];
      for (const table of [DAILY.snapshots, DAILY.series, HISTORY, PORTFOLIO]) {
        const [found] = await database.query<{ rows: number; bytes: number }>(table.count, [before]);
        rows += found?.rows ?? 0;
        bytes += found?.bytes ?? 0;
      }
      return { rows, bytes };
    },
    async note(before) {
      const noted = await database.query(NOTE, [before]);
      return noted.length;
    },
    async portfolios() {
      const rows = await database.query<{ portfolio_no: number }>(
        `select distinct portfolio_no from pruned_epochs order by portfolio_no`,
      );
      return rows.map((row) => row.portfolio_no);
    },
    async remove(portfolioNos) {
      let removed: Removed = { rows: 0, bytes: 0 };
      for (const table of [DAILY.snapshots, DAILY.series, HISTORY, PORTFOLIO])
        for (const part of await parts(database, table, portfolioNos))
          removed = sum(
            removed,
            await database.transaction((tx) => removePart(tx, table, part), { retries: RETRIES }),
          );
      return removed;
    },
  };
}

/** A key's epochs that were replaced before `$1` and of which there are rows. */
const NOTE = `
  insert into pruned_epochs (portfolio_no, security_no, below_epoch)
  select e.portfolio_no, e.security_no, e.below_epoch
  from (select portfolio_no, security_no, max(epoch) as below_epoch from epochs
        where flipped_at < $1::timestamptz group by portfolio_no, security_no) e
  where exists (select from position_timeseries t
                where t.portfolio_no = e.portfolio_no and t.security_no = e.security_no and t.superseded_by <= e.below_epoch)
     or exists (select from daily_position_snapshots t
                where t.portfolio_no = e.portfolio_no and t.security_no = e.security_no and t.superseded_by <= e.below_epoch)
     or exists (select from position_history t
                where t.portfolio_no = e.portfolio_no and t.security_no = e.security_no and t.superseded_by <= e.below_epoch)
     or (e.security_no = 0 and exists (
           select from portfolio_timeseries t
           where t.portfolio_no = e.portfolio_no and t.superseded_by <= e.below_epoch))
  on conflict (portfolio_no, security_no) do update
    set below_epoch = excluded.below_epoch, pruned_at = clock_timestamp()
    where excluded.below_epoch > pruned_epochs.below_epoch
  returning portfolio_no`;

/** The keys with rows to delete between two days; of a table without days all at once. */
interface Part {
  readonly from: string;
  readonly to: string;
  readonly portfolios: readonly number[];
  readonly securities: readonly number[];
}

async function parts(
  database: Database,
  table: PrunedTable,
  portfolioNos: readonly number[],
): Promise<Part[]> {
  return database.query<Part>(table.parts, [portfolioNos]);
}

async function removePart(
  tx: DatabaseTransaction,
  table: PrunedTable,
  { from, to, portfolios, securities }: Part,
): Promise<Removed> {
  // Of what is being unpacked the planner knows nothing and would look each row up by itself.
  await tx.query(`select set_config('enable_nestloop', 'off', true)`);
  const [row] = await tx.query<Removed>(table.remove, [from, to, portfolios, securities]);
  return row ?? { rows: 0, bytes: 0 };
}

function sum(a: Removed, b: Removed): Removed {
  return { rows: a.rows + b.rows, bytes: a.bytes + b.bytes };
}
