/** The rows of a key and of a portfolio as they are stored beside what a replay makes of them. */
import { isEstimated } from '../../domain/books/aggregate.ts';
import { isoDate } from '../../domain/dates.ts';
import { historyText, portfolioText, seriesText, snapshotText } from '../fold/text.ts';
import type { ReplayedKey, ReplayedPortfolio } from '../replay/replay.ts';
import type { GenerationReader, StoredKey } from '../rebuild/store.ts';
import { keyChecksum, portfolioChecksum } from './checksums.ts';

export interface Difference {
  readonly table:
    | 'position_timeseries'
    | 'daily_position_snapshots'
    | 'position_history'
    | 'portfolio_timeseries'
    /** What the key, or without one the portfolio, keeps as the sum of its rows. */
    | 'checksum';
  readonly portfolio_id: string;
  readonly security_id?: string;
  readonly date?: string;
  readonly transaction_id?: string;
  /** The row as stored and as replayed; null where there is none. */
  readonly stored: string | null;
  readonly replayed: string | null;
}

const FIRST: number = -1_000_000;
const LAST: number = 1_000_000;
/** Differences reported of one key: the first one explains the rest. */
const PER_KEY = 3;

/** A key that is stored and that a replay does not know. */
export async function unknownKey(reader: GenerationReader, stored: StoredKey): Promise<Difference[]> {
  const { portfolioNo, securityNo, portfolioId, securityId } = stored;
  const rows = await reader.days([{ portfolioNo, securityNo, from: FIRST, to: LAST }]);
  const [first] = rows.sort((a, b) => a.day - b.day);
  const place = { portfolio_id: portfolioId, security_id: securityId };
  if (!first) return [{ table: 'checksum', ...place, stored: String(stored.checksum), replayed: null }];
  const date = isoDate(first.day);
  return [{ table: 'position_timeseries', ...place, date, stored: first.series, replayed: null }];
}

export async function verifyKey(
  reader: GenerationReader,
  portfolioId: string,
  stored: StoredKey | undefined,
  replayed: ReplayedKey,
): Promise<{ differences: Difference[]; checksum: bigint }> {
  const { details, rows, effects } = replayed;
  const ref = stored ?? { portfolioNo: 0, securityNo: 0 };
  const stretch = { portfolioNo: ref.portfolioNo, securityNo: ref.securityNo, from: FIRST, to: LAST };
  const days = new Map((await reader.days([stretch])).map((row) => [row.day, row]));
  const history = new Map((await reader.history([stretch])).map((row) => [row.transactionId, row.text]));
  const place = { portfolio_id: portfolioId, security_id: details.securityId };
  const differences: Difference[] = [];
  for (const row of rows) {
    const before = days.get(row.day);
    days.delete(row.day);
    const series = seriesText(row, isEstimated(row));
    const snapshot = snapshotText(row);
    const date = isoDate(row.day);
    note(differences, { table: 'position_timeseries', ...place, date }, before?.series, series);
    note(differences, { table: 'daily_position_snapshots', ...place, date }, before?.snapshot, snapshot);
  }
  for (const row of days.values())
    note(
      differences,
      { table: 'position_timeseries', ...place, date: isoDate(row.day) },
      row.series,
      undefined,
    );
  for (const effect of effects) {
    const text = historyText(effect);
    const transactionId = effect.transactionId;
    note(
      differences,
      { table: 'position_history', ...place, transaction_id: transactionId },
      history.get(transactionId),
      text,
    );
    history.delete(transactionId);
  }
  for (const [transactionId, text] of history)
    note(
      differences,
      { table: 'position_history', ...place, transaction_id: transactionId },
      text,
      undefined,
    );
  const checksum = keyChecksum(replayed);
  note(differences, { table: 'checksum', ...place }, stored && String(stored.checksum), String(checksum));
  return { differences: differences.slice(0, PER_KEY), checksum };
}

export async function verifyPortfolio(
  reader: GenerationReader,
  { portfolioNo, portfolioId, checksum }: { portfolioNo: number; portfolioId: string; checksum: bigint },
  replayed: ReplayedPortfolio,
): Promise<Difference[]> {
  const stored = new Map(
    (await reader.portfolioDays([{ portfolioNo, from: FIRST, to: LAST }])).map((row) => [row.day, row.text]),
  );
  const differences: Difference[] = [];
  for (const [day, row] of replayed.days) {
    note(
      differences,
      { table: 'portfolio_timeseries', portfolio_id: portfolioId, date: isoDate(day) },
      stored.get(day),
      portfolioText(row),
    );
    stored.delete(day);
  }
  for (const [day, text] of stored)
    note(
      differences,
      { table: 'portfolio_timeseries', portfolio_id: portfolioId, date: isoDate(day) },
      text,
      undefined,
    );
  const expected = String(portfolioChecksum(replayed.days));
  note(differences, { table: 'checksum', portfolio_id: portfolioId }, String(checksum), expected);
  return differences.slice(0, PER_KEY);
}

function note(
  differences: Difference[],
  place: Omit<Difference, 'stored' | 'replayed'>,
  stored: string | undefined,
  replayed: string | undefined,
): void {
  if (stored !== replayed) differences.push({ ...place, stored: stored ?? null, replayed: replayed ?? null });
}
