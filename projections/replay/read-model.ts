/**
 * The read side over a replay: the port of the readers' tables answered from rows in memory, value for
 * value as the tables answered when the log ended at that position, the open day included.
 *
 * Only epochs differ. They count how often the tables were rewritten since, which a replay of the facts
 * does not know: every row has epoch 0 and the audit of restatements is empty.
 */
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { SecurityDetails } from '../../domain/events.ts';
import type { DateRange, ReadModel, Version } from '../queries/read-model.ts';
import type { BlockedDayRow, FxRateRow, PortfolioRow, TransactionRow } from '../queries/rows.ts';
import type { SecurityRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';
import type { Folded, Progressed } from './folded.ts';
import { replayedGroupReads } from './group-reads.ts';
import type { GroupReplay } from './group-reads.ts';
import { replayedPositionReads } from './position-reads.ts';
import { bookFrom } from './replayed-book.ts';
import {
  blockReason,
  cashflowRow,
  hasFlow,
  portfolioDayRow,
  positionDayRow,
  positionFigureRow,
  realizedGains,
  REPLAYED_EPOCH,
  snapshotRow,
} from './replayed-rows.ts';
import { replayedSecurityReads } from './security-reads.ts';

/** Facts and what was made of them. */
export interface Replay {
  readonly facts: Facts;
  readonly securities: ReadonlyMap<number, SecurityRecord>;
  readonly folded: Folded;
}

/** The replays to one position of the log. */
export interface Replays {
  readonly position: number;
  /** Ascending. */
  portfolioIds(): Promise<readonly string[]>;
  /** `undefined` for a portfolio that was not open yet. */
  progress(portfolioId: string): Promise<Progressed | undefined>;
  replay(portfolioId: string): Promise<Replay | undefined>;
  /** @param portfolioIds ascending, each once; those that were not open yet are left out */
  group(portfolioIds: readonly string[]): Promise<GroupReplay>;
  /** All of them; of a replay of some portfolios, those that it came across. */
  securities(): Promise<readonly SecurityDetails[]>;
  securityCurrency(securityId: string): Promise<string | undefined>;
  fxRates(): Promise<Facts['market']['fxRates']>;
}

export function replayedReadModel(replays: Replays): ReadModel {
  const version: Version = { position: replays.position, tag: `replay.${FOLD_VERSION}` };
  const foldedOf = async (portfolioId: string) => (await replays.replay(portfolioId))?.folded;
  const securitiesOf = async (portfolioId: string) => [...((await foldedOf(portfolioId))?.keys.keys() ?? [])];
  const keyOf = async (portfolioId: string, securityId: string) =>
    (await foldedOf(portfolioId))?.keys.get(securityId);

  return {
    ...replayedGroupReads(replays, version, portfolioRow),
    ...replayedPositionReads((portfolioId) => replays.replay(portfolioId)),
    ...replayedSecurityReads(replays.securities, securitiesOf),
    version: async () => version,
    async portfolios({ after, limit }) {
      const ids = (await replays.portfolioIds()).filter((id) => after === undefined || id > after);
      const rows: PortfolioRow[] = [];
      for (const id of ids.slice(0, limit)) rows.push(portfolioRow((await replays.progress(id))!));
      return rows;
    },
    async portfolio(portfolioId) {
      const folded = await foldedOf(portfolioId);
      return folded && { portfolio: portfolioRow(folded), version };
    },
    securityCurrency: (securityId) => replays.securityCurrency(securityId),
    securitiesOf,
    async blockedDays(portfolioIds, limit) {
      const rows: BlockedDayRow[] = [];
      for (const portfolioId of [...new Set(portfolioIds)].sort()) {
        const progress = await replays.progress(portfolioId);
        if (!progress || progress.completeThrough === progress.horizon) continue;
        rows.push(...blockedDays((await foldedOf(portfolioId))!).slice(0, limit));
      }
      return rows;
    },
    async pendingTransactions(portfolioId) {
      const pending = (await foldedOf(portfolioId))?.pending ?? [];
      return [...pending]
        .map(([id, { securityId, reason }]) => ({ transaction_id: id, security_id: securityId, reason }))
        .sort((a, b) => compare(a.transaction_id, b.transaction_id));
    },
    async quarantined(portfolioId) {
      const replay = await replays.replay(portfolioId);
      const portfolioNo = replay?.folded.record.portfolioNo;
      return (replay?.facts.rejected ?? [])
        .filter((rejected) => rejected.portfolioNo === portfolioNo)
        .map(({ securityNo, position, reason }) => ({
          security_id:
            securityNo === undefined ? null : replay!.securities.get(securityNo)!.details.security_id,
          transaction_id: null,
          position,
          reason,
        }));
    },
    async snapshots(portfolioId, date) {
      const day = dayOf(date);
      const keys = (await foldedOf(portfolioId))?.keys.values() ?? [];
      return [...keys].flatMap((key) => {
        const row = key.rowOn(day);
        return row ? snapshotRow(key.details, row) : [];
      });
    },
    async history(portfolioId, securityId, { after, limit }) {
      const rows = (await keyOf(portfolioId, securityId))?.history ?? [];
      const start = after
        ? rows.findIndex(
            (row) =>
              (compare(row.transaction_date, after.at) ||
                row.rank - after.rank ||
                compare(row.transaction_id, after.transactionId)) > 0,
          )
        : 0;
      return start < 0 ? [] : rows.slice(start, start + limit);
    },
    async positionDays(portfolioId, securityId, range, { after, limit }) {
      const rows = (await keyOf(portfolioId, securityId))?.rows ?? [];
      const { from, to } = daysOf(range);
      const start = firstFrom(rows, after === undefined ? from : Math.max(from, dayOf(after) + 1));
      return rows
        .slice(start, start + limit)
        .filter((row) => row.day <= to)
        .map(positionDayRow);
    },
    async portfolioDays(portfolioId, range) {
      const { from, to } = daysOf(range);
      const days = (await foldedOf(portfolioId))?.days ?? [];
      return [...days].flatMap(([day, row]) => (day >= from && day <= to ? portfolioDayRow(day, row) : []));
    },
    async cashflows(portfolioId, range, { after, limit }) {
      const { from, to } = daysOf(range);
      const seen = after && dayOf(after.date);
      const first = Math.max(from, seen ?? -Infinity);
      const keys = [...((await foldedOf(portfolioId))?.keys.values() ?? [])];
      return keys
        .flatMap(({ details, rows }) =>
          rows
            .slice(firstFrom(rows, first), firstFrom(rows, to + 1))
            .filter((row) => hasFlow(row) && !(row.day === seen && details.securityId <= after!.securityId))
            .map((row) => ({ details, row })),
        )
        .sort((a, b) => a.row.day - b.row.day || compare(a.details.securityId, b.details.securityId))
        .slice(0, limit)
        .map(({ details, row }) => cashflowRow(details, row));
    },
    async transactions(portfolioId, { securityId, ...range }, { after, limit }) {
      const replay = await replays.replay(portfolioId);
      return replay ? transactions(replay, securityId, range, after, limit) : [];
    },
    epochs: async () => [],
    keptFrom: async () => REPLAYED_EPOCH,
    async realizedGains(portfolioId) {
      const replay = await replays.replay(portfolioId);
      if (!replay) return [];
      const { facts, folded } = replay;
      return realizedGains(folded.keys.values(), facts.recordsOf(folded.record.portfolioNo));
    },
    async positionFigures(portfolioId, securityIds, range) {
      const { from, to } = daysOf(range);
      const keys = (await foldedOf(portfolioId))?.keys;
      return [...securityIds].sort(compare).flatMap((securityId) => {
        const { details, rows = [] } = keys?.get(securityId) ?? {};
        if (!details) return [];
        return rows
          .slice(firstFrom(rows, from), firstFrom(rows, to + 1))
          .map((row) => positionFigureRow(details, row));
      });
    },
    retained: async () => undefined,
    async book(portfolio, securityId) {
      const replay = await replays.replay(portfolio.portfolio_id);
      return replay && bookFrom(replay.facts, replay.securities, replay.folded, portfolio, securityId);
    },
    async fxRates(currencies, to) {
      const last = to === undefined ? Infinity : dayOf(to);
      return (await replays.fxRates())
        .filter(
          (rate) => rate.day <= last && (currencies.includes(rate.from) || currencies.includes(rate.to)),
        )
        .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to) || a.day - b.day)
        .map(({ from, to: into, day, rate }): FxRateRow => ({
          from_currency: from,
          to_currency: into,
          date: isoDate(day),
          rate,
        }));
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function daysOf({ from, to }: DateRange): { from: Day; to: Day } {
  return { from: from === undefined ? -Infinity : dayOf(from), to: to === undefined ? Infinity : dayOf(to) };
}

/** Index of the first row on or after a day. */
function firstFrom(rows: readonly { readonly day: Day }[], day: Day): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function portfolioRow({ record, firstDay, horizon, completeThrough }: Progressed): PortfolioRow {
  const { settings } = record;
  const date = (day: Day | null) => (day === null ? null : isoDate(day));
  return {
    portfolio_id: settings.portfolio_id,
    name: settings.name ?? null,
    base_currency: settings.base_currency,
    open_date: settings.open_date ?? null,
    closed_date: record.closedDate ?? null,
    cost_basis_method: settings.cost_basis_method,
    cash: settings.cash,
    allow_short: settings.allow_short,
    time_zone: settings.time_zone,
    inflow_timing: settings.inflow_timing,
    outflow_timing: settings.outflow_timing,
    status: 'CURRENT',
    epoch: REPLAYED_EPOCH,
    first_date: date(firstDay),
    latest_date: date(horizon),
    complete_through: date(completeThrough),
  };
}

function blockedDays({ record, firstDay, completeThrough, keys }: Folded): BlockedDayRow[] {
  if (firstDay === null) return [];
  const from = completeThrough === null ? firstDay : completeThrough + 1;
  const blocked = [...keys.values()].flatMap(({ details, rows }) =>
    rows.slice(firstFrom(rows, from)).flatMap((row): BlockedDayRow[] => {
      const reason = blockReason(row);
      if (reason === undefined) return [];
      const portfolioId = record.settings.portfolio_id;
      return [{ portfolio_id: portfolioId, date: isoDate(row.day), reason, security_id: details.securityId }];
    }),
  );
  return blocked.sort((a, b) => compare(a.date, b.date) || compare(a.security_id, b.security_id));
}

function transactions(
  { facts, folded, securities }: Replay,
  securityId: string | undefined,
  range: DateRange,
  after: { readonly at: string; readonly transactionId: string } | undefined,
  limit: number,
): TransactionRow[] {
  const { from, to } = daysOf(range);
  return facts
    .recordsOf(folded.record.portfolioNo)
    .filter(({ day, securityNo, at, fields }) => {
      if (day < from || day > to) return false;
      if (securityId !== undefined && securities.get(securityNo)!.details.security_id !== securityId)
        return false;
      return !after || (compare(at, after.at) || compare(fields.transaction_id, after.transactionId)) > 0;
    })
    .sort((a, b) => compare(a.at, b.at) || compare(a.fields.transaction_id, b.fields.transaction_id))
    .slice(0, limit)
    .map(({ fields, position, cancelled }) => ({
      fields,
      position,
      cancelled,
      pending_reason: folded.pending.get(fields.transaction_id)?.reason ?? null,
    }));
}
