/** Folds some portfolios from inception and writes what comes of it. */
import { createChecksum } from '../../domain/books/checksum.ts';
import { isEstimated } from '../../domain/books/aggregate.ts';
import { isoDate } from '../../domain/dates.ts';
import { FoldError } from '../../domain/books/fold-error.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { format } from '../../domain/decimal.ts';
import { checkpointsOf, isOpen } from '../fold/checkpoints.ts';
import type { DiscrepancyRow, KeyStateRow, PendingRow } from '../fold/store.ts';
import {
  checkpointText,
  historyText,
  NULL,
  portfolioText,
  seriesCells,
  snapshotCells,
} from '../fold/text.ts';
import type { PortfolioRecord } from '../register/model.ts';
import type { Ledger } from '../replay/ledger.ts';
import { replayPortfolio } from '../replay/replay.ts';
import type { ReplayedKey, ReplayedPortfolio } from '../replay/replay.ts';
import { createLineWriter, LINE_BYTES } from './line-writer.ts';
import type { LineWriter } from './line-writer.ts';
import type { BulkPortfolioState, KeyFailure, PartitionRest, PartitionWriter } from './store.ts';

/** What a partition takes, loaded. */
export interface PartitionInput {
  readonly ledger: Ledger;
  readonly portfolios: readonly Pick<PortfolioRecord, 'portfolioNo' | 'settings'>[];
  /** The epoch of a key's rows (`null`: of the portfolio's): the one after what readers see now. */
  nextEpoch(portfolioId: string, securityId: string | null): number;
}

type Rest = { -readonly [K in keyof PartitionRest]: PartitionRest[K][number][] };

const SERIES_COLUMNS = 24;
const SNAPSHOT_COLUMNS = 12;

/**
 * Everything but `writer.finish`, for which it returns what is left to be written.
 * @param onRows told of the day rows written, now and then
 */
export async function foldPartition(
  { ledger, portfolios, nextEpoch }: PartitionInput,
  writer: PartitionWriter,
  onRows: (rows: number) => void,
): Promise<PartitionRest> {
  const rest: Rest = {
    history: [],
    portfolioDays: [],
    checkpoints: [],
    keys: [],
    portfolios: [],
    pending: [],
    discrepancies: [],
    failures: [],
  };
  const lines = {
    series: createLineWriter(writer.series, SERIES_COLUMNS),
    snapshots: createLineWriter(writer.snapshots, SNAPSHOT_COLUMNS),
  };
  for (const record of portfolios) {
    const { portfolioNo, settings } = record;
    const replay = replayPortfolio(ledger, record);
    let next = replay.next();
    for (; !next.done; next = replay.next()) {
      const key = next.value;
      const epoch = nextEpoch(settings.portfolio_id, key.details.securityId);
      const checksum = await writeDays(writer, lines, portfolioNo, key, epoch);
      onRows(key.rows.length);
      for (const effect of key.effects) {
        const text = historyText(effect);
        checksum.add(text);
        rest.history.push(`${portfolioNo}\t${key.securityNo}\t${epoch}\t${NULL}\t${text}\n`);
      }
      rest.keys.push(keyState(portfolioNo, key, epoch, checksum.value(), ledger.horizon));
      for (const checkpoint of checkpointsOf({ portfolioNo, securityNo: key.securityNo }, key.effects, 0))
        rest.checkpoints.push(`${checkpointText(checkpoint)}\t${FOLD_VERSION}\n`);
      rest.pending.push(...pendingRows(portfolioNo, key));
      rest.discrepancies.push(...discrepancyRows(portfolioNo, key));
      rest.failures.push(...failures(portfolioNo, key));
    }
    const epoch = nextEpoch(settings.portfolio_id, null);
    rest.portfolios.push(portfolioDays(rest.portfolioDays, portfolioNo, epoch, next.value, ledger.horizon));
  }
  return rest;
}

async function writeDays(
  { series, snapshots }: PartitionWriter,
  lines: { readonly series: LineWriter; readonly snapshots: LineWriter },
  portfolioNo: number,
  { securityNo, rows }: ReplayedKey,
  epoch: number,
) {
  const checksum = createChecksum();
  for (const writer of [lines.series, lines.snapshots])
    writer.place(`${portfolioNo}\t${securityNo}\t`, `\t${epoch}\t${NULL}\t`);
  for (const row of rows) {
    const seriesWaits = series.reserve(LINE_BYTES);
    if (seriesWaits) await seriesWaits;
    const snapshotsWait = snapshots.reserve(LINE_BYTES);
    if (snapshotsWait) await snapshotsWait;
    seriesCells(row, isEstimated(row), lines.series.cells);
    snapshotCells(row, lines.snapshots.cells);
    const date = isoDate(row.day);
    checksum.addBytes(date, lines.series.write(date), lines.snapshots.write(date));
  }
  return checksum;
}

function keyState(
  portfolioNo: number,
  { securityNo, effects, failure }: ReplayedKey,
  epoch: number,
  checksum: bigint,
  horizon: number | null,
): KeyStateRow {
  return {
    portfolioNo,
    securityNo,
    epoch,
    firstDay: effects[0]?.day ?? null,
    watermarkDay: failure === undefined ? horizon : null,
    open: isOpen(effects.at(-1), horizon),
    foldVersion: FOLD_VERSION,
    checksum,
  };
}

function pendingRows(portfolioNo: number, { securityNo, pending }: ReplayedKey): PendingRow[] {
  return pending.map(({ transactionId, reason }) => ({ portfolioNo, securityNo, transactionId, reason }));
}

function discrepancyRows(portfolioNo: number, { securityNo, discrepancies }: ReplayedKey): DiscrepancyRow[] {
  return discrepancies.map(({ transactionId, upstream, computed }) => ({
    portfolioNo,
    securityNo,
    transactionId,
    upstream: format(upstream),
    computed: format(computed),
  }));
}

function failures(portfolioNo: number, { securityNo, failure }: ReplayedKey): KeyFailure[] {
  if (failure === undefined) return [];
  const transactionId = failure instanceof FoldError ? failure.transactionId : null;
  return [{ portfolioNo, securityNo, reason: failure.message, transactionId }];
}

function portfolioDays(
  lines: string[],
  portfolioNo: number,
  epoch: number,
  { firstDay, days }: ReplayedPortfolio,
  horizon: number | null,
): BulkPortfolioState {
  const checksum = createChecksum();
  let completeThrough: number | null = null;
  for (const [day, row] of days) {
    const text = portfolioText(row);
    const date = isoDate(day);
    checksum.add(`${date}\t${text}`);
    if (day === (completeThrough === null ? firstDay : completeThrough + 1)) completeThrough = day;
    lines.push(`${portfolioNo}\t${date}\t${epoch}\t${NULL}\t${text}\n`);
  }
  return { portfolioNo, epoch, firstDay, horizon, completeThrough, checksum: checksum.value() };
}
