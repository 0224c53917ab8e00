/** One portfolio folded from facts, with its rows in memory. */
import type { DayRow, KeyDetails, PortfolioDay } from '../../domain/books/model.ts';
import type { Day } from '../../domain/dates.ts';
import type { HistoryRow } from '../queries/rows.ts';
import type { PortfolioRecord } from '../register/model.ts';
import { historyRow } from './replayed-rows.ts';
import type { ReplayedKey, ReplayedPortfolio, Replayer } from './replay.ts';

/** How far a portfolio's rows have come. */
export interface Progressed {
  readonly record: PortfolioRecord;
  readonly firstDay: Day | null;
  readonly horizon: Day | null;
  /** `null` before the first day is complete. */
  readonly completeThrough: Day | null;
}

export interface FoldedKey {
  readonly details: KeyDetails;
  /** In ascending order, with gaps where nothing was held. */
  readonly rows: readonly DayRow[];
  /** Rows rather than effects, which would keep the lots after every transaction in memory. */
  readonly history: readonly HistoryRow[];
}

export interface Folded extends Progressed {
  /** By security id, in its order. */
  readonly keys: ReadonlyMap<string, FoldedKey>;
  /** Complete days in ascending order. */
  readonly days: ReadonlyMap<Day, PortfolioDay>;
  /** Reasons by transaction id. */
  readonly pending: ReadonlyMap<string, { readonly securityId: string; readonly reason: string }>;
  /** Rows it keeps in memory. */
  readonly rows: number;
}

/** Folds a portfolio and keeps its rows. */
export async function foldWhole(replayer: Replayer, record: PortfolioRecord): Promise<Folded> {
  const keys: FoldedKey[] = [];
  const pending: [string, { securityId: string; reason: string }][] = [];
  const replayed = await fold(replayer, record, (key) => {
    keys.push({ details: key.details, rows: key.rows, history: key.effects.map(historyRow) });
    for (const { transactionId, securityId, reason } of key.pending)
      pending.push([transactionId, { securityId, reason }]);
  });
  const byId = (a: FoldedKey, b: FoldedKey) => (a.details.securityId < b.details.securityId ? -1 : 1);
  return {
    ...progressOf(replayer, record, replayed),
    keys: new Map(keys.sort(byId).map((key) => [key.details.securityId, key])),
    days: replayed.days,
    pending: new Map(pending),
    rows: keys.reduce((total, key) => total + key.rows.length + key.history.length, replayed.days.size),
  };
}

/** Folds a portfolio only to learn how far its rows have come: one key is in memory at a time. */
export async function foldProgress(replayer: Replayer, record: PortfolioRecord): Promise<Progressed> {
  return progressOf(replayer, record, await fold(replayer, record, () => undefined));
}

async function fold(
  replayer: Replayer,
  record: PortfolioRecord,
  onKey: (key: ReplayedKey) => void,
): Promise<ReplayedPortfolio> {
  const replay = replayer.portfolio(record);
  let next = replay.next();
  for (; !next.done; next = replay.next()) {
    onKey(next.value);
    // A long history is folded in pieces, so that other requests are answered in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return next.value;
}

function progressOf(
  { facts }: Replayer,
  record: PortfolioRecord,
  { firstDay, days }: ReplayedPortfolio,
): Progressed {
  const horizon = facts.isTouched(record.portfolioNo) ? facts.horizon : null;
  let completeThrough: Day | null = null;
  if (firstDay !== null) for (let day = firstDay; days.has(day); day++) completeThrough = day;
  return { record, firstDay, horizon, completeThrough };
}
