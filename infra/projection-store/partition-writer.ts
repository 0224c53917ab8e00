/** Writes what a partition of a rebuild comes to. */
import type { Database, DatabaseTransaction } from '../database/database.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { NULL } from '../../projections/fold/text.ts';
import type { PartitionRest, PartitionWriter } from '../../projections/rebuild/store.ts';
import { insertDiscrepancies } from './fold-writes.ts';
import { openRowSink } from './row-sink.ts';

/**
 * The two large tables are streamed over a connection each. Once both are committed, the rest follows in one
 * transaction, with the portfolios' states in it: a portfolio that has one is done with, and of one that has
 * none there may be rows left over (`sweep`).
 */
export function openPartitionWriter(database: Database): PartitionWriter {
  const series = openRowSink(database, `copy position_timeseries from stdin`);
  const snapshots = openRowSink(
    database,
    `copy daily_position_snapshots (portfolio_no, security_no, date, epoch, superseded_by, quantity, cost_basis,
       cost_basis_local, market_price, price_date, market_value, market_value_local, realized_gain,
       realized_gain_local, realized_price_gain, realized_fx_gain, valuation_status) from stdin`,
  );
  return {
    series,
    snapshots,
    async finish(rest) {
      await Promise.all([series.close(), snapshots.close()]);
      await database.transaction((tx) => writeRest(tx, rest));
    },
  };
}

async function writeRest(tx: DatabaseTransaction, rest: PartitionRest): Promise<void> {
  await tx.copyIn(`copy position_history from stdin`, rest.history);
  await tx.copyIn(`copy portfolio_timeseries from stdin`, rest.portfolioDays);
  await tx.copyIn(
    `copy fold_checkpoints (portfolio_no, security_no, at, rank, transaction_id, day, seq, state, fold_version)
     from stdin`,
    rest.checkpoints,
  );
  const failed = new Set(rest.failures.map((key) => `${key.portfolioNo}/${key.securityNo}`));
  await tx.query(`delete from position_state where portfolio_no = any($1::integer[])`, [
    rest.portfolios.map((p) => p.portfolioNo),
  ]);
  await tx.copyIn(
    `copy position_state (portfolio_no, security_no, epoch, status, first_day, watermark_day, open, fold_version, checksum)
     from stdin`,
    rest.keys.map(
      (k) =>
        `${k.portfolioNo}\t${k.securityNo}\t${k.epoch}\t${failed.has(`${k.portfolioNo}/${k.securityNo}`) ? 'FAILED' : 'CURRENT'}\t` +
        `${k.firstDay ?? NULL}\t${k.watermarkDay ?? NULL}\t${k.open}\t${k.foldVersion}\t${k.checksum}\n`,
    ),
  );
  await tx.query(
    `insert into pending_transactions (portfolio_no, security_no, transaction_id, reason)
     select * from unnest($1::integer[], $2::integer[], $3::text[], $4::text[])`,
    [
      rest.pending.map((p) => p.portfolioNo),
      rest.pending.map((p) => p.securityNo),
      rest.pending.map((p) => p.transactionId),
      rest.pending.map((p) => p.reason),
    ],
  );
  if (rest.discrepancies.length > 0) await insertDiscrepancies(tx, rest.discrepancies);
  await tx.query(
    `insert into quarantine (portfolio_no, security_no, position, reason, transaction_id)
     select portfolio_no, security_no,
            coalesce((select max(position) from transactions t
                      where t.portfolio_no = f.portfolio_no and t.security_no = f.security_no), 0), reason, transaction_id
     from unnest($1::integer[], $2::integer[], $3::text[], $4::text[])
            as f(portfolio_no, security_no, reason, transaction_id)`,
    [
      rest.failures.map((f) => f.portfolioNo),
      rest.failures.map((f) => f.securityNo),
      rest.failures.map((f) => f.reason),
      rest.failures.map((f) => f.transactionId),
    ],
  );
  await tx.copyIn(
    `copy portfolio_state (portfolio_no, epoch, status, first_day, horizon, complete_through, fold_version, checksum)
     from stdin`,
    rest.portfolios.map(
      (p) =>
        `${p.portfolioNo}\t${p.epoch}\tCURRENT\t${p.firstDay ?? NULL}\t${p.horizon ?? NULL}\t` +
        `${p.completeThrough ?? NULL}\t${FOLD_VERSION}\t${p.checksum}\n`,
    ),
  );
}
