/** The portfolios' own rows: exact sums of their keys' rows, for the days that changed and no others. */
import { isOrder, isRepair } from '../register/model.ts';
import { addDays, EMPTY_DAY } from '../../domain/books/aggregate.ts';
import { createChecksum } from '../../domain/books/checksum.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { DayChanges } from './diff.ts';
import type { ClaimedPortfolio, MarkRow, StoredPortfolioDay } from './model.ts';
import type { EpochRow, FoldSession, PortfolioWrites } from './store.ts';
import { parsePortfolioText, portfolioText } from './text.ts';

interface Work {
  readonly portfolio: ClaimedPortfolio;
  readonly firstDay: Day | null;
  /** New days from here on cannot be complete: a key of the portfolio has failed. */
  readonly blockedFrom: Day | null;
  /** The days to look at, ascending. */
  readonly days: readonly Day[];
  /**
   * Rows were found damaged: days are added up anew, since differences would carry the damage on, and
   * what changes is put right within the epoch.
   */
  readonly repair: boolean;
  /** An operator asked for the days to be made again: they are added up anew, and what changes is restated. */
  readonly ordered: boolean;
  /** All days that the portfolio has are looked at, and made anew. */
  readonly whole: boolean;
}

/** Writes the rows of the days that the keys' changes touch and returns how many epochs that began. */
export async function aggregatePortfolios(
  session: FoldSession,
  portfolios: readonly ClaimedPortfolio[],
  changes: ReadonlyMap<number, DayChanges>,
  horizon: Day | null,
  marks: readonly MarkRow[],
): Promise<number> {
  const bounds = new Map(
    (await session.bounds(portfolios.map((p) => p.portfolioNo))).map((bound) => [bound.portfolioNo, bound]),
  );
  // A failed key blocks days on which it may turn out to have no row, so that no change tells of them.
  const retried = new Set(marks.filter(({ cause }) => isOrder(cause)).map(({ portfolioNo }) => portfolioNo));
  const works = portfolios.map((portfolio): Work => {
    const { portfolioNo, completeThrough } = portfolio;
    const { firstDay = null, blockedFrom = null } = bounds.get(portfolioNo) ?? {};
    const days = daysToLookAt(portfolio, firstDay, horizon, changes);
    const own = marks.filter((mark) => mark.portfolioNo === portfolioNo);
    const repairs = own.filter(({ cause }) => isRepair(cause));
    const orders = own.filter(({ cause }) => isOrder(cause));
    if (firstDay !== null && horizon !== null)
      for (const { fromDay, throughDay } of [...repairs, ...orders])
        for (let day = Math.max(firstDay, fromDay); day <= Math.min(throughDay ?? horizon, horizon); day++)
          days.add(day);
    if (retried.has(portfolioNo) && firstDay !== null && horizon !== null)
      for (let day = Math.max(firstDay, (completeThrough ?? firstDay - 1) + 1); day <= horizon; day++)
        days.add(day);
    return {
      portfolio,
      firstDay,
      blockedFrom,
      days: [...days].sort((a, b) => a - b),
      repair: repairs.length > 0,
      ordered: orders.length > 0,
      whole:
        blockedFrom === null &&
        orders.some(({ fromDay }) => fromDay <= Math.min(firstDay ?? 0, portfolio.firstDay ?? 0)),
    };
  });
  const looked = works.filter((work) => work.days.length > 0);
  const stored = await session.portfolioDays(
    looked.map(({ portfolio: { portfolioNo }, days }) => ({ portfolioNo, from: days[0]!, to: days.at(-1)! })),
  );
  const storedOf = new Map<number, Map<Day, StoredPortfolioDay>>();
  for (const row of stored) {
    const days = storedOf.get(row.portfolioNo) ?? new Map<Day, StoredPortfolioDay>();
    storedOf.set(row.portfolioNo, days.set(row.day, row));
  }
  const summed = new Map(
    (
      await session.sums(
        looked.map((work) => ({
          portfolioNo: work.portfolio.portfolioNo,
          days: work.days.filter((day) =>
            needsSum(work, day, storedOf.get(work.portfolio.portfolioNo)?.has(day)),
          ),
        })),
      )
    ).map((row) => [`${row.portfolioNo}/${row.day}`, row.text]),
  );

  const writes = { retired: [], rows: [], states: [], epochs: [] } as {
    -readonly [K in keyof PortfolioWrites]: PortfolioWrites[K][number][];
  };
  for (const work of works) {
    const { portfolio } = work;
    const { portfolioNo } = portfolio;
    diffPortfolio(work, {
      horizon,
      stored: storedOf.get(portfolioNo) ?? new Map<Day, StoredPortfolioDay>(),
      changes: changes.get(portfolioNo) ?? new Map<Day, never>(),
      sum: (day) => summed.get(`${portfolioNo}/${day}`) ?? null,
      cause: marks.find((mark) => mark.portfolioNo === portfolioNo)!,
      writes,
    });
  }
  await session.writePortfolios(writes);
  return writes.epochs.length;
}

function daysToLookAt(
  portfolio: ClaimedPortfolio,
  firstDay: Day | null,
  horizon: Day | null,
  changes: ReadonlyMap<number, DayChanges>,
): Set<Day> {
  if (horizon === null) return new Set();
  const days = new Set(changes.get(portfolio.portfolioNo)?.keys());
  const add = (from: Day, to: Day) => {
    for (let day = from; day <= to; day++) days.add(day);
  };
  if (firstDay !== null) {
    // New days, days before what used to be the first one, and days that no longer belong.
    add(Math.max(firstDay, portfolio.horizon === null ? firstDay : portfolio.horizon + 1), horizon);
    add(firstDay, Math.min((portfolio.firstDay ?? Infinity) - 1, horizon));
  }
  if (portfolio.firstDay !== null)
    add(portfolio.firstDay, Math.min((firstDay ?? Infinity) - 1, portfolio.horizon ?? -Infinity));
  for (const day of days) if (day > horizon) days.delete(day);
  return days;
}

/** A day without a row that readers may have seen is summed from all its keys' rows as they now are. */
function needsSum(work: Work, day: Day, hasRow: boolean | undefined): boolean {
  const { portfolio, firstDay } = work;
  return (
    (isSummedAnew(work, day) || !hasRow) &&
    firstDay !== null &&
    day >= firstDay &&
    portfolio.horizon !== null &&
    day <= portfolio.horizon
  );
}

/** Differences would carry damage on. Days that a failed key keeps from being complete stay what they are. */
function isSummedAnew({ repair, ordered, blockedFrom }: Work, day: Day): boolean {
  return repair || (ordered && (blockedFrom === null || day < blockedFrom));
}

function diffPortfolio(
  work: Work,
  input: {
    horizon: Day | null;
    stored: ReadonlyMap<Day, StoredPortfolioDay>;
    changes: DayChanges;
    sum: (day: Day) => string | null;
    cause: MarkRow;
    writes: { -readonly [K in keyof PortfolioWrites]: PortfolioWrites[K][number][] };
  },
): void {
  const { portfolio, firstDay, blockedFrom, days, repair, whole } = work;
  const { horizon, stored, changes, sum, cause, writes } = input;
  const { portfolioNo } = portfolio;
  const checksum = createChecksum(whole ? 0n : portfolio.checksum);

  const textOf = (day: Day): string | null => {
    if (firstDay === null || day < firstDay) return null;
    const change = changes.get(day);
    if (change?.blocked) return null;
    const before = stored.get(day);
    if (before && !isSummedAnew(work, day))
      return change ? portfolioText(addDays(parsePortfolioText(before.text), change.delta)) : before.text;
    if (blockedFrom !== null && day >= blockedFrom) return null;
    // On a new day every key with a row was folded just now, so its changes are the whole sum.
    if (portfolio.horizon === null || day > portfolio.horizon)
      return portfolioText(change?.delta ?? EMPTY_DAY);
    return sum(day);
  };

  const changed = days.flatMap((day) => {
    const before = stored.get(day);
    const text = textOf(day);
    if (whole && text !== null) checksum.add(`${isoDate(day)}\t${text}`);
    return text === (before?.text ?? null) ? [] : [{ day, before, text }];
  });
  const bumped =
    !repair &&
    changed.some(
      ({ day, before }) => before !== undefined && portfolio.horizon !== null && day < portfolio.horizon,
    );
  const epoch = bumped ? portfolio.epoch + 1 : portfolio.epoch;
  let lostFrom = Infinity;
  for (const { day, before, text } of changed) {
    if (before) {
      if (!repair && !whole) checksum.remove(`${isoDate(day)}\t${before.text}`);
      writes.retired.push({ portfolioNo, day, supersededBy: bumped ? epoch : null });
    }
    if (text === null) lostFrom = Math.min(lostFrom, day);
    else {
      if (!repair && !whole) checksum.add(`${isoDate(day)}\t${text}`);
      writes.rows.push({ portfolioNo, day, epoch, text });
    }
  }
  writes.states.push({
    portfolioNo,
    epoch,
    firstDay,
    horizon,
    recheckFrom: recheckFrom(work, changed.length > 0 || horizon !== portfolio.horizon, lostFrom),
    checksum: checksum.value(),
  });
  if (bumped) writes.epochs.push(epochRow(portfolioNo, epoch, cause, changed, checksum.value()));
}

function recheckFrom({ portfolio, firstDay }: Work, changed: boolean, lostFrom: Day): Day | null {
  if (firstDay === null) return null;
  // Days that are the portfolio's now, or no longer, may change no row and yet what is complete.
  if (firstDay !== portfolio.firstDay) return firstDay;
  if (!changed) return null;
  if (portfolio.completeThrough === null) return firstDay;
  return Math.max(firstDay, Math.min(portfolio.completeThrough + 1, lostFrom));
}

function epochRow(
  portfolioNo: number,
  epoch: number,
  cause: MarkRow,
  changed: readonly { day: Day }[],
  checksum: bigint,
): EpochRow {
  return {
    portfolioNo,
    securityNo: 0,
    epoch,
    cause: cause.cause,
    position: cause.position,
    fromDay: changed[0]!.day,
    throughDay: changed.at(-1)!.day,
    rows: changed.length,
    checksum,
  };
}
