/** Which rows of a key change when it is folded again, and whether that makes a new epoch. Pure. */
import { contribution, EMPTY_DAY, isEstimated } from '../../domain/books/aggregate.ts';
import { createChecksum } from '../../domain/books/checksum.ts';
import type { DayRow, Effect, PortfolioDay } from '../../domain/books/model.ts';
import { add, subtract } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { KeyRow, StoredDay, StoredHistory } from './model.ts';
import { historyText, parseContribution, seriesText, snapshotText } from './text.ts';
import type { NewDay, NewHistory, Retired, RetiredHistory } from './store.ts';

/** How a portfolio's days change through the keys folded so far. */
export interface DayChange {
  /** New contributions less old ones, those that can be added up. */
  readonly delta: PortfolioDay;
  /** A key's new row cannot be added up. */
  readonly blocked: boolean;
}
export type DayChanges = Map<Day, DayChange>;

export interface KeyDiff {
  readonly epoch: number;
  readonly bumped: boolean;
  readonly checksum: bigint;
  readonly retiredDays: readonly Retired[];
  readonly newDays: readonly NewDay[];
  readonly retiredHistory: readonly RetiredHistory[];
  readonly newHistory: readonly NewHistory[];
  readonly changedFrom: Day;
  readonly changedThrough: Day;
}

/**
 * Compares a key's stretch as stored with the same stretch folded anew.
 *
 * A published day never changes within an epoch: when any does, every changed row of the key goes
 * into the next epoch. Days that nobody has seen published are replaced where they are, and so are those
 * of a repair: its rows and the checksum that has been kept of them are what the log says.
 *
 * @param publishedBefore days before this one are published, as the last fold left them
 */
export function diffKey(input: {
  key: KeyRow;
  storedDays: readonly StoredDay[];
  storedHistory: readonly StoredHistory[];
  rows: readonly DayRow[];
  effects: readonly Effect[];
  publishedBefore: Day | null;
  force: boolean;
  repair: boolean;
  /** The rows given are all that the key has: its checksum is made of them, whatever was kept of it. */
  whole: boolean;
  changes: DayChanges;
}): KeyDiff {
  const { key, rows, effects, publishedBefore, force, repair, whole, changes } = input;
  const { portfolioNo, securityNo } = key;
  const checksum = createChecksum(whole ? 0n : key.checksum);
  const published = (day: Day) =>
    publishedBefore !== null && key.watermarkDay !== null && day < publishedBefore;
  const seen = { published: false, from: Infinity, through: -Infinity };
  const touch = (day: Day) => {
    seen.published ||= published(day);
    if (day < seen.from) seen.from = day;
    if (day > seen.through) seen.through = day;
  };

  const storedDays = new Map(input.storedDays.map((row) => [row.day, row]));
  const outDays: StoredDay[] = [];
  const inDays: Omit<NewDay, 'epoch'>[] = [];
  for (const row of rows) {
    const before = storedDays.get(row.day);
    storedDays.delete(row.day);
    const after = contribution(row);
    const series = seriesText(row, isEstimated(row));
    const snapshot = snapshotText(row);
    if (before?.series === series && before.snapshot === snapshot) {
      if (!force) continue;
    } else noteChange(changes, row.day, before ? parseContribution(before.series) : undefined, after);
    touch(row.day);
    // Of a damaged day one of the two rows may still be there.
    if (before || repair)
      outDays.push(
        before ?? { portfolioNo, securityNo, day: row.day, epoch: key.epoch, series: '', snapshot: '' },
      );
    inDays.push({ portfolioNo, securityNo, day: row.day, series, snapshot });
  }
  for (const gone of storedDays.values()) {
    noteChange(changes, gone.day, parseContribution(gone.series), undefined);
    touch(gone.day);
    outDays.push(gone);
  }

  const storedHistory = new Map(input.storedHistory.map((row) => [row.transactionId, row]));
  const outHistory: StoredHistory[] = [];
  const inHistory: string[] = [];
  for (const effect of effects) {
    const before = storedHistory.get(effect.transactionId);
    storedHistory.delete(effect.transactionId);
    const text = historyText(effect);
    if (before?.text === text && !force) continue;
    touch(effect.day);
    if (before) outHistory.push(before);
    inHistory.push(text);
  }
  for (const gone of storedHistory.values()) {
    touch(gone.day);
    outHistory.push(gone);
  }

  if (!repair) {
    if (!whole) for (const row of outDays) checksum.remove(isoDate(row.day), row.series, row.snapshot);
    for (const row of inDays) checksum.add(isoDate(row.day), row.series, row.snapshot);
    if (!whole) for (const row of outHistory) checksum.remove(row.text);
    for (const text of inHistory) checksum.add(text);
  }

  const bumped = seen.published && !repair;
  const epoch = bumped ? key.epoch + 1 : key.epoch;
  const supersededBy = bumped ? epoch : null;
  return {
    epoch,
    bumped,
    checksum: checksum.value(),
    retiredDays: outDays.map(({ day }) => ({ portfolioNo, securityNo, day, supersededBy })),
    newDays: inDays.map((row) => ({ ...row, epoch })),
    retiredHistory: outHistory.map(({ transactionId, day }) => ({
      portfolioNo,
      securityNo,
      transactionId,
      day,
      supersededBy,
    })),
    newHistory: inHistory.map((text) => ({ portfolioNo, securityNo, epoch, text })),
    changedFrom: seen.from,
    changedThrough: seen.through,
  };
}

/** `undefined` stands for no row, `null` for a row that cannot be added up. */
function noteChange(
  changes: DayChanges,
  day: Day,
  before: PortfolioDay | null | undefined,
  after: PortfolioDay | null | undefined,
): void {
  const change = changes.get(day);
  const delta = moved(change?.delta ?? EMPTY_DAY, before ?? EMPTY_DAY, after ?? EMPTY_DAY);
  changes.set(day, { delta, blocked: (change?.blocked ?? false) || after === null });
}

/** `delta + after − before`. Of most restatements most columns stay as they were, and are not computed with. */
function moved(delta: PortfolioDay, before: PortfolioDay, after: PortfolioDay): PortfolioDay {
  return {
    bodMarketValue: movedBy(delta.bodMarketValue, before.bodMarketValue, after.bodMarketValue),
    bodCashflow: movedBy(delta.bodCashflow, before.bodCashflow, after.bodCashflow),
    eodCashflow: movedBy(delta.eodCashflow, before.eodCashflow, after.eodCashflow),
    eodMarketValue: movedBy(delta.eodMarketValue, before.eodMarketValue, after.eodMarketValue),
    income: movedBy(delta.income, before.income, after.income),
    fees: movedBy(delta.fees, before.fees, after.fees),
    taxes: movedBy(delta.taxes, before.taxes, after.taxes),
    cost: movedBy(delta.cost, before.cost, after.cost),
    positions: delta.positions + after.positions - before.positions,
    estimatedPositions: delta.estimatedPositions + after.estimatedPositions - before.estimatedPositions,
  };
}

function movedBy(delta: Decimal, before: Decimal, after: Decimal): Decimal {
  if (before.coefficient === after.coefficient && before.scale === after.scale) return delta;
  return add(delta, subtract(after, before));
}
