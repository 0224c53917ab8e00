/**
 * Rebuild of everything: the log replayed into the idle generation beside the active one, which stays
 * readable and live until one flip.
 */
import { createChecksum } from '../../domain/books/checksum.ts';
import { isEstimated } from '../../domain/books/aggregate.ts';
import { isoDate } from '../../domain/dates.ts';
import { format } from '../../domain/decimal.ts';
import type { EventLog } from '../../domain/log.ts';
import { escape, historyText, NULL, portfolioText, seriesText, snapshotText } from '../fold/text.ts';
import { checkpointsOf, isOpen } from '../fold/checkpoints.ts';
import type { DiscrepancyRow, KeyStateRow, PendingRow } from '../fold/store.ts';
import { otherSlot } from '../generation.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Progress, Projector } from '../projector.ts';
import { collectFacts } from '../replay/facts.ts';
import { createReplayer } from '../replay/replay.ts';
import type { ReplayedKey, Replayer } from '../replay/replay.ts';
import type { PortfolioRecord } from '../register/model.ts';
import type { BulkPortfolioState, RebuildStore, RowSink } from './store.ts';

export interface RebuildResult {
  readonly slot: Slot;
  readonly keys: number;
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/** A rebuild that found what keeps it from being shown to readers. */
export class RebuildRefused extends Error {
  readonly code = 'rebuild_refused';
  override readonly name = 'RebuildRefused';
}

export interface RebuildDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projectorOf: (slot: Slot) => Projector;
}

export async function rebuildAll(
  { log, generations, projectorOf }: RebuildDependencies,
  onProgress?: (progress: Progress) => void,
): Promise<RebuildResult> {
  const started = performance.now();
  const from = await generations.active();
  const slot = otherSlot(from);
  const { rebuild } = generations.of(slot);
  const hold = await rebuild.begin();
  try {
    const head = await log.head();
    const facts = await collectFacts(log, head, (done, total) =>
      onProgress?.({ phase: 'read', done, total }),
    );
    const epochs = await nextEpochs(generations.of(from).rebuild);
    const { keys, rows } = await fill(rebuild, createReplayer(facts), epochs, onProgress);
    await rebuild.finish(facts.position);
    await rebuild.inheritAudit(keys, head);
    // From here on it is live like the active one, and shown as soon as it is level with it.
    const projector = projectorOf(slot);
    const catchUp = () => projector.step((progress) => onProgress?.({ ...progress, phase: 'catch up' }));
    // The active one stands still during the flip, so most is done before: as long as that brings the
    // slot closer, which it does not when events come as fast as they are folded.
    for (let last = Infinity, done = await catchUp(); done > 0 && done < last / 2; done = await catchUp())
      last = done;
    while (!(await generations.flip(slot, catchUp))) {
      const { failedKeys } = await generations.of(slot).state();
      if (failedKeys > 0)
        throw new RebuildRefused(`${failedKeys} quarantined keys keep the new generation from being shown`);
    }
    const seconds = (performance.now() - started) / 1000;
    return { slot, keys, rows, seconds, rowsPerSecond: rows / seconds };
  } finally {
    await hold.release();
  }
}

type NextEpoch = (portfolioId: string, securityId: string | null) => number;

/** Rows of the new generation carry the epoch after the one that readers see now. */
async function nextEpochs(active: RebuildStore): Promise<NextEpoch> {
  const epochs = new Map(
    (await active.epochs()).map(({ portfolioId, securityId, epoch }) => [
      `${portfolioId}\t${securityId ?? ''}`,
      epoch,
    ]),
  );
  return (portfolioId, securityId) => (epochs.get(`${portfolioId}\t${securityId ?? ''}`) ?? -1) + 1;
}

async function fill(
  store: RebuildStore,
  replayer: Replayer,
  epochs: NextEpoch,
  onProgress?: (progress: Progress) => void,
): Promise<{ keys: number; rows: number }> {
  const { facts } = replayer;
  // Beside the fold, which keeps the database no busier than one of its processors.
  const factsWritten = store.writeFacts({
    portfolios: [...facts.known.portfolios.values()],
    securities: [...facts.known.securities.values()],
    transactions: [...facts.known.transactions.values()],
    keys: facts.keys,
    splits: facts.market.splits.map(({ securityNo, day, ratio, pricesAdjusted }) => ({
      securityNo,
      date: isoDate(day),
      ratio,
      pricesAdjusted,
    })),
    prices: facts.market.prices,
    fxRates: facts.market.fxRates,
    businessDays: facts.businessDays,
    marks: [],
    rejected: facts.rejected,
  });
  // Awaited below; a failure must not count as unhandled until then.
  factsWritten.catch(() => undefined);
  const tables = {
    history: store.open('position_history'),
    snapshots: store.open('daily_position_snapshots'),
    series: store.open('position_timeseries'),
    portfolios: store.open('portfolio_timeseries'),
    checkpoints: store.open('fold_checkpoints'),
  };
  const states: KeyStateRow[] = [];
  const portfolioStates: BulkPortfolioState[] = [];
  const pending: PendingRow[] = [];
  const discrepancies: DiscrepancyRow[] = [];
  let rows = 0;
  let done = 0;
  const total = facts.known.portfolios.size;
  try {
    for (const record of facts.known.portfolios.values()) {
      const { portfolioNo } = record;
      const replay = replayer.portfolio(record);
      let next = replay.next();
      for (; !next.done; next = replay.next()) {
        const key = next.value;
        const epoch = epochs(record.settings.portfolio_id, key.details.securityId);
        const checksum = await writeKey(tables, portfolioNo, key, epoch);
        rows += key.rows.length;
        states.push(keyState(portfolioNo, key, epoch, checksum, facts.horizon));
        await writeCheckpoints(tables.checkpoints, portfolioNo, key);
        for (const { transactionId, reason } of key.pending)
          pending.push({ portfolioNo, securityNo: key.securityNo, transactionId, reason });
        for (const { transactionId, upstream, computed } of key.discrepancies)
          discrepancies.push({
            portfolioNo,
            securityNo: key.securityNo,
            transactionId,
            upstream: format(upstream),
            computed: format(computed),
          });
        onProgress?.({ phase: 'fold', done, total, rows });
      }
      portfolioStates.push(
        await writePortfolio(tables.portfolios, record, next.value, epochs, facts.horizon),
      );
      onProgress?.({ phase: 'fold', done: ++done, total, rows });
    }
  } finally {
    await Promise.all(Object.values(tables).map((table) => table.close()));
  }
  await factsWritten;
  await store.writeStates({ keys: states, portfolios: portfolioStates, pending, discrepancies });
  return { keys: states.length, rows };
}

async function writeKey(
  tables: Record<'history' | 'snapshots' | 'series', RowSink>,
  portfolioNo: number,
  { securityNo, effects, rows }: ReplayedKey,
  epoch: number,
): Promise<bigint> {
  const checksum = createChecksum();
  const key = `${portfolioNo}\t${securityNo}\t`;
  const version = `\t${epoch}\t${NULL}\t`;
  for (const row of rows) {
    const series = seriesText(row, isEstimated(row));
    const snapshot = snapshotText(row);
    const date = isoDate(row.day);
    checksum.add(date, series, snapshot);
    const place = key + date + version;
    const seriesWaits = tables.series.write(`${place}${series}\n`);
    const snapshotsWait = tables.snapshots.write(`${place}${snapshot}\n`);
    if (seriesWaits) await seriesWaits;
    if (snapshotsWait) await snapshotsWait;
  }
  for (const effect of effects) {
    const text = historyText(effect);
    checksum.add(text);
    const waits = tables.history.write(`${key}${epoch}\t${NULL}\t${text}\n`);
    if (waits) await waits;
  }
  return checksum.value();
}

async function writeCheckpoints(table: RowSink, portfolioNo: number, key: ReplayedKey): Promise<void> {
  const { securityNo, effects } = key;
  for (const c of checkpointsOf({ portfolioNo, securityNo }, effects, 0)) {
    const state = escape(String(c.state));
    const waits = table.write(
      `${portfolioNo}\t${securityNo}\t${c.at}\t${c.rank}\t${escape(c.transactionId)}\t${c.day}\t${c.seq}\t${state}\n`,
    );
    if (waits) await waits;
  }
}

function keyState(
  portfolioNo: number,
  { securityNo, effects }: ReplayedKey,
  epoch: number,
  checksum: bigint,
  horizon: number | null,
): KeyStateRow {
  return {
    portfolioNo,
    securityNo,
    epoch,
    firstDay: effects[0]?.day ?? null,
    watermarkDay: horizon,
    open: isOpen(effects.at(-1), horizon),
    checksum,
  };
}

async function writePortfolio(
  table: RowSink,
  record: PortfolioRecord,
  {
    firstDay,
    days,
  }: { firstDay: number | null; days: ReadonlyMap<number, Parameters<typeof portfolioText>[0]> },
  epochs: NextEpoch,
  horizon: number | null,
): Promise<BulkPortfolioState> {
  const { portfolioNo } = record;
  const epoch = epochs(record.settings.portfolio_id, null);
  const checksum = createChecksum();
  let completeThrough: number | null = null;
  for (const [day, row] of days) {
    const text = portfolioText(row);
    checksum.add(`${isoDate(day)}\t${text}`);
    if (day === (completeThrough === null ? firstDay : completeThrough + 1)) completeThrough = day;
    const waits = table.write(`${portfolioNo}\t${isoDate(day)}\t${epoch}\t${NULL}\t${text}\n`);
    if (waits) await waits;
  }
  return { portfolioNo, epoch, firstDay, horizon, completeThrough, checksum: checksum.value() };
}
