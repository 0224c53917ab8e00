/** One portfolio folded from facts: its days in memory, its positions' rows made when they are asked for. */
import type { DayRow, Effect, KeyDetails, Market, PortfolioDay } from '../../domain/books/model.ts';
import { initialState } from '../../domain/books/state.ts';
import { valueDays } from '../../domain/books/valuation.ts';
import type { Day } from '../../domain/dates.ts';
import type { HistoryRow } from '../queries/rows.ts';
import type { PortfolioRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { historyRow } from './replayed-rows.ts';
import { bookSettings, replayPortfolio } from './replay.ts';
import type { ReplayedKey, ReplayedPortfolio } from './replay.ts';

/** Facts, ready to be folded. */
export interface Foldable {
  readonly facts: Facts;
  readonly ledger: Ledger;
}

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
  /** In ascending order, with gaps where nothing was held. All of them are made when first asked for. */
  readonly rows: readonly DayRow[];
  /** The row of one day, made alone. */
  rowOn(day: Day): DayRow | undefined;
  readonly history: readonly HistoryRow[];
}

export interface Folded extends Progressed {
  /** By security id, in its order. */
  readonly keys: ReadonlyMap<string, FoldedKey>;
  /** Complete days in ascending order. */
  readonly days: ReadonlyMap<Day, PortfolioDay>;
  /** Reasons by transaction id. */
  readonly pending: ReadonlyMap<string, { readonly securityId: string; readonly reason: string }>;
  /** Rows it may come to keep in memory. */
  readonly rows: number;
}

/** Folds a portfolio; of its positions it keeps what their rows are made of. */
export async function foldWhole(foldable: Foldable, record: PortfolioRecord): Promise<Folded> {
  const { facts, ledger } = foldable;
  const market = ledger.marketOf(bookSettings(record.settings));
  const keys: FoldedKey[] = [];
  const pending: [string, { securityId: string; reason: string }][] = [];
  let rows = 0;
  const replayed = await fold(ledger, record, (key) => {
    rows += key.rows.length + key.effects.length;
    keys.push(foldedKey(key, facts.horizon, market));
    for (const { transactionId, securityId, reason } of key.pending)
      pending.push([transactionId, { securityId, reason }]);
  });
  const byId = (a: FoldedKey, b: FoldedKey) => (a.details.securityId < b.details.securityId ? -1 : 1);
  return {
    ...progressOf(facts, record, replayed),
    keys: new Map(keys.sort(byId).map((key) => [key.details.securityId, key])),
    days: replayed.days,
    pending: new Map(pending),
    rows: rows + replayed.days.size,
  };
}

/** A row takes nothing from before the day before it. */
const LOOK_BACK = 2;

/**
 * The rows themselves are dropped: hundreds of thousands of them in memory cost more than making again the
 * few that a reader asks for. Valuing needs none of the lots after each transaction.
 */
function foldedKey(
  { details, rows: valued, effects }: ReplayedKey,
  horizon: Day | null,
  market: Market,
): FoldedKey {
  const isEmpty = valued.length === 0;
  const slim = effects.map((effect): Effect => ({ ...effect, after: { ...effect.after, lots: [] } }));
  const first = slim[0]?.day ?? Infinity;
  let rows: readonly DayRow[] | undefined;
  let history: readonly HistoryRow[] | undefined;

  function value(from: Day, to: Day): DayRow[] {
    if (isEmpty) return [];
    const start = firstOn(slim, from);
    const state = slim[start - 1]?.after ?? initialState();
    return valueDays({
      from,
      to,
      opening: undefined,
      key: details,
      state,
      effects: slim.slice(start),
      market,
    });
  }

  return {
    details,
    get rows() {
      rows ??= horizon === null ? [] : value(first, horizon);
      return rows;
    },
    rowOn(day) {
      if (horizon === null || day < first || day > horizon) return undefined;
      return value(Math.max(first, day - LOOK_BACK), day).find((row) => row.day === day);
    },
    get history() {
      history ??= slim.map(historyRow);
      return history;
    },
  };
}

/** Index of the first effect on or after a day. */
function firstOn(effects: readonly Effect[], day: Day): number {
  let [low, high] = [0, effects.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (effects[middle]!.day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Folds a portfolio only to learn how far its rows have come: one key is in memory at a time. */
export async function foldProgress(
  { facts, ledger }: Foldable,
  record: PortfolioRecord,
): Promise<Progressed> {
  return progressOf(facts, record, await fold(ledger, record, () => undefined));
}

async function fold(
  ledger: Ledger,
  record: PortfolioRecord,
  onKey: (key: ReplayedKey) => void,
): Promise<ReplayedPortfolio> {
  const replay = replayPortfolio(ledger, record);
  let next = replay.next();
  for (; !next.done; next = replay.next()) {
    // Without the key the answer would be wrong, and look right.
    if (next.value.failure) throw next.value.failure;
    onKey(next.value);
    // A long history is folded in pieces, so that other requests are answered in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return next.value;
}

function progressOf(
  facts: Facts,
  record: PortfolioRecord,
  { firstDay, days }: ReplayedPortfolio,
): Progressed {
  const horizon = facts.isTouched(record.portfolioNo) ? facts.horizon : null;
  let completeThrough: Day | null = null;
  if (firstDay !== null) for (let day = firstDay; days.has(day); day++) completeThrough = day;
  return { record, firstDay, horizon, completeThrough };
}
