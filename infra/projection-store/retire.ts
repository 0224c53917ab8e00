/** Takes current rows of the daily tables out of sight: superseded by an epoch, or removed. */
import type { DatabaseTransaction } from '../database/database.ts';
import type { PortfolioWrites, Retired } from '../../projections/fold/store.ts';
import { markDays, moveDays, removeDays } from './retire-days.ts';
import { markPortfolioDays, movePortfolioDays, removePortfolioDays } from './retire-portfolio-days.ts';

type RetiredPortfolioDay = PortfolioWrites['retired'][number];

export interface Retire {
  days(tx: DatabaseTransaction, rows: readonly Retired[]): Promise<void>;
  portfolioDays(tx: DatabaseTransaction, rows: readonly RetiredPortfolioDay[]): Promise<void>;
}

/** Asks the server once whether it keeps a columnstore, and writes accordingly from then on. */
export function createRetire(): Retire {
  let columnstore: boolean | undefined;

  async function retire<Row extends { readonly supersededBy: number | null }>(
    tx: DatabaseTransaction,
    rows: readonly Row[],
    { mark, move, remove }: Writers<Row>,
  ): Promise<void> {
    if (rows.length === 0) return;
    columnstore ??= await hasColumnstore(tx);
    const superseded = rows.filter((row) => row.supersededBy !== null);
    const removed = rows.filter((row) => row.supersededBy === null);
    if (!columnstore) {
      if (superseded.length > 0) await mark(tx, superseded);
      if (removed.length > 0) await remove(tx, removed, false);
      return;
    }
    // Of what is being unpacked the planner knows nothing and expects one row: joined row by row, which it
    // would then choose, the time taken is quadratic.
    await tx.query(`select set_config('enable_nestloop', 'off', true)`);
    if (superseded.length > 0) await move(tx, superseded);
    if (removed.length > 0) await remove(tx, removed, true);
    await tx.query(`select set_config('enable_nestloop', 'on', true)`);
  }

  return {
    days: (tx, rows) => retire(tx, rows, { mark: markDays, move: moveDays, remove: removeDays }),
    portfolioDays: (tx, rows) =>
      retire(tx, rows, {
        mark: markPortfolioDays,
        move: movePortfolioDays,
        remove: removePortfolioDays,
      }),
  };
}

interface Writers<Row> {
  /** Marks the rows where they are. */
  mark(tx: DatabaseTransaction, rows: readonly Row[]): Promise<void>;
  /**
   * Writes them again as superseded and deletes them. In the columnstore a column on which the validity of
   * a unique index depends cannot be updated (TimescaleDB 2.28 and later).
   */
  move(tx: DatabaseTransaction, rows: readonly Row[]): Promise<void>;
  remove(tx: DatabaseTransaction, rows: readonly Row[], columnstore: boolean): Promise<void>;
}

async function hasColumnstore(tx: DatabaseTransaction): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    `select coalesce(current_setting('timescaledb.license', true) = 'timescale', false) as found`,
  );
  return row?.found ?? false;
}
