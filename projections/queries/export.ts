/** Whole histories in one go: every day of every position or portfolio asked for, page by page. */
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { exportedPortfolioDay, exportedPositionDay } from './export-rows.ts';
import type { PortfolioDayExport, PositionDayExport } from './export-rows.ts';
import type { DateRange } from './read-model.ts';
import type { Outcome, ReadContext } from './reading.ts';
import { found, notFound } from './reading.ts';
import { isHidden, shownPosition } from './concealed.ts';
import type { PortfolioDayRow, PositionDayRow } from './rows.ts';

/** A history of days: of a position or, without a security, of a portfolio. */
export interface HistoryKey {
  readonly portfolio_no: number;
  readonly portfolio_id: string;
  readonly base_currency: string;
  /** 0 of a portfolio. */
  readonly security_no: number;
  readonly security_id: string;
  readonly currency: string;
  /** No row of the history lies outside these days. */
  readonly first_date: string;
  readonly last_date: string;
}

/** Consecutive days of one history. */
export interface Segment {
  readonly key: HistoryKey;
  readonly from: string;
  readonly to: string;
}

/** Which histories, those of all portfolios by default. */
export interface HistoryFilter {
  readonly portfolioIds?: readonly string[];
  readonly securityId?: string;
}

export type PositionDayOf = PositionDayRow & {
  /** Which segment the row is of, from 1. */
  readonly segment: number;
  readonly bod_market_value_base: string | null;
  readonly bod_cashflow_base: string | null;
  readonly eod_cashflow_base: string | null;
  readonly eod_market_value_base: string | null;
  readonly cost_base: string | null;
  readonly estimated: boolean;
};
export type PortfolioDayOf = PortfolioDayRow & { readonly segment: number };

/** One consistent state of the books. Keys come by portfolio and security, rows by segment and date. */
export interface ExportSource {
  position(): Promise<number>;
  /** Those of the portfolios that there are. */
  known(portfolioIds: readonly string[]): Promise<readonly string[]>;
  securityIsKnown(securityId: string): Promise<boolean>;
  positionKeys(filter: HistoryFilter, after: HistoryKey | undefined, limit: number): Promise<HistoryKey[]>;
  portfolioKeys(filter: HistoryFilter, after: HistoryKey | undefined, limit: number): Promise<HistoryKey[]>;
  positionDays(segments: readonly Segment[]): Promise<PositionDayOf[]>;
  portfolioDays(segments: readonly Segment[]): Promise<PortfolioDayOf[]>;
}

export interface ExportModels {
  /** Runs `work` on one snapshot of the readers' tables, which is held until it resolves. */
  snapshot<T>(work: (source: ExportSource) => Promise<T>): Promise<T>;
}

export interface ExportQuery extends HistoryFilter, DateRange {}

export interface Exported<Row> {
  /** The log position that the rows reflect; null for those who may not know it. */
  readonly position: number | null;
  /** Never empty; in the order of portfolio, security and date. */
  readonly pages: AsyncGenerator<readonly Row[], void>;
}

/** How many rows are loaded at once, at most. */
const PAGE_ROWS = 5_000;
const PAGE_KEYS = 2_000;

/**
 * Has every day of every position given to `receive`, from one snapshot that is held until it resolves.
 * @returns why there is nothing to export, otherwise nothing
 */
export function exportPositionDays(
  models: ExportModels,
  query: ExportQuery,
  context: Pick<ReadContext, 'portfolios'>,
  receive: (exported: Exported<PositionDayExport>) => Promise<void>,
): Promise<Outcome<void>> {
  return exported(models, query, context, receive, (source, filter) =>
    pagesOf(
      segmentsOf((after) => source.positionKeys(filter, after, PAGE_KEYS), query),
      (segments) => source.positionDays(segments),
      exportedPositionDay,
    ),
  );
}

/** The same for the complete days of portfolios. */
export function exportPortfolioDays(
  models: ExportModels,
  query: ExportQuery,
  context: Pick<ReadContext, 'portfolios'>,
  receive: (exported: Exported<PortfolioDayExport>) => Promise<void>,
): Promise<Outcome<void>> {
  return exported(models, query, context, receive, (source, filter) =>
    pagesOf(
      segmentsOf((after) => source.portfolioKeys(filter, after, PAGE_KEYS), query),
      (segments) => source.portfolioDays(segments),
      exportedPortfolioDay,
    ),
  );
}

async function exported<Row>(
  models: ExportModels,
  query: ExportQuery,
  context: Pick<ReadContext, 'portfolios'>,
  receive: (exported: Exported<Row>) => Promise<void>,
  pages: (source: ExportSource, filter: HistoryFilter) => AsyncGenerator<readonly Row[], void>,
): Promise<Outcome<void>> {
  const { portfolioIds, securityId } = query;
  const hidden = portfolioIds?.find((id) => isHidden(context, id));
  if (hidden !== undefined) return notFound('portfolio', hidden);
  return models.snapshot(async (source) => {
    if (portfolioIds) {
      const known = new Set(await source.known(portfolioIds));
      const unknown = portfolioIds.find((id) => !known.has(id));
      if (unknown !== undefined) return notFound('portfolio', unknown);
    }
    if (securityId !== undefined && !(await source.securityIsKnown(securityId)))
      return notFound('security', securityId);
    const ids = portfolioIds ?? (context.portfolios && [...context.portfolios]);
    const filter = {
      ...(ids === undefined ? {} : { portfolioIds: ids }),
      ...(securityId === undefined ? {} : { securityId }),
    };
    const position = shownPosition(context, await source.position());
    await receive({ position, pages: pages(source, filter) });
    return found(undefined);
  });
}

/**
 * Cuts histories into lists of segments of at most PAGE_ROWS days each. A history has at most a row a day, so
 * a list never stands for more rows than that, however long a history is or however many short ones there are.
 */
async function* segmentsOf(
  load: (after: HistoryKey | undefined) => Promise<readonly HistoryKey[]>,
  { from, to }: DateRange,
): AsyncGenerator<readonly Segment[], void> {
  let segments: Segment[] = [];
  let room = PAGE_ROWS;
  let last: HistoryKey | undefined;
  for (;;) {
    const keys = await load(last);
    for (const key of keys) {
      const end = Math.min(day(key.last_date), latest(to));
      for (let start = Math.max(day(key.first_date), earliest(from)); start <= end;) {
        const through = Math.min(end, start + room - 1);
        segments.push({ key, from: isoDate(start), to: isoDate(through) });
        room -= through - start + 1;
        start = through + 1;
        if (room > 0) continue;
        yield segments;
        [segments, room] = [[], PAGE_ROWS];
      }
    }
    last = keys.at(-1);
    if (keys.length < PAGE_KEYS) break;
  }
  if (segments.length > 0) yield segments;
}

function earliest(from: string | undefined): Day {
  return from === undefined ? -Infinity : day(from);
}

function latest(to: string | undefined): Day {
  return to === undefined ? Infinity : day(to);
}

async function* pagesOf<Loaded extends { readonly segment: number }, Row>(
  lists: AsyncGenerator<readonly Segment[], void>,
  load: (segments: readonly Segment[]) => Promise<readonly Loaded[]>,
  show: (row: Loaded, key: HistoryKey) => Row,
): AsyncGenerator<readonly Row[], void> {
  for await (const segments of lists) {
    const rows = await load(segments);
    if (rows.length > 0) yield rows.map((row) => show(row, segments[row.segment - 1]!.key));
  }
}
