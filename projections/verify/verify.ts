/** Verification: the log replayed in memory and compared with what is stored, row by row. */
import { createChecksum } from '../../domain/books/checksum.ts';
import { isEstimated } from '../../domain/books/aggregate.ts';
import { isoDate } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import { historyText, portfolioText, seriesText, snapshotText } from '../fold/text.ts';
import type { Generations } from '../generation.ts';
import type { Progress } from '../projector.ts';
import { collectFacts } from '../replay/facts.ts';
import { createReplayer } from '../replay/replay.ts';
import type { ReplayedKey, ReplayedPortfolio } from '../replay/replay.ts';
import type { GenerationReader, StoredKey } from '../rebuild/store.ts';

export interface VerifyScope {
  /** All when absent. */
  readonly portfolioId?: string;
}

export interface Difference {
  readonly table:
    | 'position_timeseries'
    | 'daily_position_snapshots'
    | 'position_history'
    | 'portfolio_timeseries'
    | 'checksum';
  readonly portfolio_id: string;
  readonly security_id?: string;
  readonly date?: string;
  readonly transaction_id?: string;
  /** The row as stored and as replayed; null where there is none. */
  readonly stored: string | null;
  readonly replayed: string | null;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** The log position that was verified. */
  readonly position: number;
  readonly portfolios: number;
  readonly keys: number;
  readonly rows: number;
  /** The sum of all keys' checksums: equal for equal figures, whatever the epochs. */
  readonly checksum: string;
  /** Portfolios with work still to be folded; they were not compared. */
  readonly skipped: readonly string[];
  /** The first differences of each key and portfolio. */
  readonly differences: readonly Difference[];
}

const FIRST: number = -1_000_000;
const LAST: number = 1_000_000;
/** Differences reported of one key: the first one explains the rest. */
const PER_KEY = 3;

export async function verify(
  { log, generations }: { log: EventLog; generations: Generations },
  scope: VerifyScope,
  onProgress?: (progress: Progress) => void,
): Promise<VerifyReport> {
  const { rebuild } = generations.of(await generations.active());
  return rebuild.snapshot(async (reader) => {
    const position = await reader.position();
    const facts = await collectFacts(log, position, (done, total) =>
      onProgress?.({ phase: 'read', done, total }),
    );
    const replayer = createReplayer(facts);
    const storedKeys = new Map(
      (await reader.keys()).map((key) => [`${key.portfolioId}\t${key.securityId}`, key]),
    );
    const portfolios = (await reader.portfolios()).filter(
      ({ portfolioId }) => scope.portfolioId === undefined || portfolioId === scope.portfolioId,
    );
    const dirty = new Set(
      (await reader.marks(portfolios.map((p) => p.portfolioNo))).map((mark) => mark.portfolioNo),
    );
    const report = { keys: 0, rows: 0, checksum: createSum(), differences: [] as Difference[] };
    let done = 0;
    for (const { portfolioNo, portfolioId } of portfolios) {
      if (dirty.has(portfolioNo)) continue;
      const record = facts.known.portfolios.get(portfolioId)!;
      const replay = replayer.portfolio(record);
      let next = replay.next();
      for (; !next.done; next = replay.next()) {
        const stored = storedKeys.get(`${portfolioId}\t${next.value.details.securityId}`);
        report.keys += 1;
        report.rows += next.value.rows.length;
        const { differences, checksum } = await verifyKey(reader, portfolioId, stored, next.value);
        report.differences.push(...differences);
        report.checksum.add(checksum);
      }
      report.differences.push(...(await verifyPortfolio(reader, portfolioNo, portfolioId, next.value)));
      onProgress?.({
        phase: 'verify',
        done: ++done,
        total: portfolios.length - dirty.size,
        rows: report.rows,
      });
    }
    return {
      ok: report.differences.length === 0 && dirty.size === 0,
      position,
      portfolios: done,
      keys: report.keys,
      rows: report.rows,
      checksum: report.checksum.text(),
      skipped: portfolios.filter((p) => dirty.has(p.portfolioNo)).map((p) => p.portfolioId),
      differences: report.differences,
    };
  });
}

function createSum() {
  let total = 0n;
  return {
    add(value: bigint) {
      total = BigInt.asUintN(64, total + value);
    },
    text: () => total.toString(16).padStart(16, '0'),
  };
}

async function verifyKey(
  reader: GenerationReader,
  portfolioId: string,
  stored: StoredKey | undefined,
  { details, rows, effects }: ReplayedKey,
): Promise<{ differences: Difference[]; checksum: bigint }> {
  const ref = stored ?? { portfolioNo: 0, securityNo: 0 };
  const stretch = { portfolioNo: ref.portfolioNo, securityNo: ref.securityNo, from: FIRST, to: LAST };
  const days = new Map((await reader.days([stretch])).map((row) => [row.day, row]));
  const history = new Map((await reader.history([stretch])).map((row) => [row.transactionId, row.text]));
  const place = { portfolio_id: portfolioId, security_id: details.securityId };
  const checksum = createChecksum();
  const differences: Difference[] = [];
  for (const row of rows) {
    const before = days.get(row.day);
    days.delete(row.day);
    const series = seriesText(row, isEstimated(row));
    const snapshot = snapshotText(row);
    const date = isoDate(row.day);
    checksum.add(date, series, snapshot);
    compare(differences, { table: 'position_timeseries', ...place, date }, before?.series, series);
    compare(differences, { table: 'daily_position_snapshots', ...place, date }, before?.snapshot, snapshot);
  }
  for (const row of days.values())
    compare(
      differences,
      { table: 'position_timeseries', ...place, date: isoDate(row.day) },
      row.series,
      undefined,
    );
  for (const effect of effects) {
    const text = historyText(effect);
    checksum.add(text);
    const transactionId = effect.transactionId;
    compare(
      differences,
      { table: 'position_history', ...place, transaction_id: transactionId },
      history.get(transactionId),
      text,
    );
    history.delete(transactionId);
  }
  for (const [transactionId, text] of history)
    compare(
      differences,
      { table: 'position_history', ...place, transaction_id: transactionId },
      text,
      undefined,
    );
  compare(differences, { table: 'checksum', ...place }, String(stored?.checksum), String(checksum.value()));
  return { differences: differences.slice(0, PER_KEY), checksum: checksum.value() };
}

async function verifyPortfolio(
  reader: GenerationReader,
  portfolioNo: number,
  portfolioId: string,
  replayed: ReplayedPortfolio,
): Promise<Difference[]> {
  const stored = new Map(
    (await reader.portfolioDays([{ portfolioNo, from: FIRST, to: LAST }])).map((row) => [row.day, row.text]),
  );
  const differences: Difference[] = [];
  for (const [day, row] of replayed.days) {
    compare(
      differences,
      { table: 'portfolio_timeseries', portfolio_id: portfolioId, date: isoDate(day) },
      stored.get(day),
      portfolioText(row),
    );
    stored.delete(day);
  }
  for (const [day, text] of stored)
    compare(
      differences,
      { table: 'portfolio_timeseries', portfolio_id: portfolioId, date: isoDate(day) },
      text,
      undefined,
    );
  return differences.slice(0, PER_KEY);
}

function compare(
  differences: Difference[],
  place: Omit<Difference, 'stored' | 'replayed'>,
  stored: string | undefined,
  replayed: string | undefined,
): void {
  if (stored !== replayed) differences.push({ ...place, stored: stored ?? null, replayed: replayed ?? null });
}
