/** Figures of a window that moves along the history of a portfolio or group. */
import { constantRate } from '../../domain/benchmarks/risk-free.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { annualise } from '../../domain/returns/annualise.ts';
import { timeWeighted } from '../../domain/returns/figures.ts';
import type { ReturnChain } from '../../domain/returns/link.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { ReturnOptions } from '../../domain/returns/model.ts';
import { missingDay } from '../../domain/returns/remarks.ts';
import type { Reason } from '../../domain/returns/remarks.ts';
import { firstAtLeast, findStretch } from '../../domain/returns/stretch.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import { FEWEST_RETURNS } from '../../domain/risk/risk.ts';
import { NEED_BENCHMARK, rolling, ROLLING_STATISTICS } from '../../domain/risk/rolling.ts';
import type { Rolling, RollingStatistic, RollingWindow } from '../../domain/risk/rolling.ts';
import type { WindowLength } from '../../domain/risk/window.ts';
import { loadComparison } from './comparison.ts';
import type { BenchmarkName, Comparison, ComparisonQuery, LoadedBenchmark } from './comparison.ts';
import { riskFreeName } from './conventions.ts';
import type { RiskFreeName } from './conventions.ts';
import type { Paged } from './paging.ts';
import { loadBasis } from './performance-basis.ts';
import { found, rejected } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page } from './read-model.ts';
import { levelsOf, returnsPerYear, statisticText } from './risk-view.ts';
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef } from './subject.ts';

export const ROLLING_FIGURES = ['twr', 'twr_annualized', ...ROLLING_STATISTICS] as const;
export type RollingFigure = (typeof ROLLING_FIGURES)[number];

export interface RollingQuery extends DateRange {
  readonly window: WindowLength;
  readonly figures: readonly RollingFigure[];
  readonly frequency: RiskFrequency;
  readonly returnsPerYear?: number;
  /** The minimum acceptable return, a yearly fraction; the riskless rate where absent. */
  readonly acceptable?: string;
  readonly currency?: string;
  readonly options: ReturnOptions;
  readonly comparison: ComparisonQuery;
}

/** The figures asked for are members by their names. */
export type RollingRow = Readonly<Partial<Record<RollingFigure, string | null>>> & {
  /** The last day of the window. */
  readonly date: string;
  readonly from: string;
  readonly returns: number;
  /** A code that tells why a figure is null: the first, where there are several. */
  readonly reason: string | null;
};

export interface SubjectRolling extends Paged<RollingRow, string>, SubjectHead {
  readonly currency: string;
  readonly frequency: RiskFrequency;
  readonly complete_through: string | null;
  readonly benchmark?: BenchmarkName;
  readonly risk_free?: RiskFreeName;
}

/** A row for each return of the frequency with a whole window behind it; the key of a page is its last date. */
export function subjectRolling(
  reader: Reader,
  ref: SubjectRef,
  query: RollingQuery,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<SubjectRolling>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const needing = query.figures.find((figure) => NEED_BENCHMARK.has(figure));
    if (needing !== undefined && query.comparison.benchmark === undefined)
      return rejected('figures', 'needs_benchmark', `cannot hold ${needing} without a benchmark`);
    const { complete_through: last } = subject;
    const { options, currency = subject.currency, frequency } = query;
    const loaded = await loadBasis(source, last, { options, currency });
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const first = basis.chain.days[0]?.day;
    const compared = await loadComparison(source, query.comparison, currency, {
      ...(first === undefined ? {} : { from: isoDate(first) }),
      ...(last === null ? {} : { to: last }),
    });
    if (compared.status !== 'found') return compared;
    const { benchmark, riskFree } = compared.value;
    const empty = first === undefined || last === null;
    const made = empty
      ? undefined
      : rolling({ ...inputOf(query), levels: levelsOf(basis), first, last: day(last), ...compared.value });
    const windows = made ? pageOfWindows(made.windows, query, page) : { rows: [] };
    return found({
      ...subjectHead(subject),
      currency,
      frequency,
      complete_through: last,
      ...(benchmark ? { benchmark: benchmark.name } : {}),
      ...(riskFree ? { risk_free: riskFreeName(riskFree) } : {}),
      ...windows,
      rows: windows.rows.map((window) => rowOf(window, made!, basis.chain, compared.value, query.figures)),
    });
  });
}

function pageOfWindows(
  windows: readonly RollingWindow[],
  { from, to }: DateRange,
  { limit, after }: Page<string>,
): Paged<RollingWindow, string> {
  const earliest = Math.max(
    from === undefined ? -Infinity : day(from),
    after === undefined ? -Infinity : day(after) + 1,
  );
  const latest = to === undefined ? Infinity : day(to);
  const start = firstAtLeast(windows.length, (i) => windows[i]!.to >= earliest);
  const end = firstAtLeast(windows.length, (i) => windows[i]!.to > latest);
  const rows = windows.slice(start, Math.min(end, start + limit));
  return start + limit < end ? { rows, next: isoDate(rows.at(-1)!.to) } : { rows };
}

function rowOf(
  window: RollingWindow,
  made: Rolling,
  chain: ReturnChain,
  comparison: Comparison,
  figures: readonly RollingFigure[],
): RollingRow {
  const { from, to, returns } = window;
  const codes: string[] = [];
  const twr = returnOver(chain, from, to);
  const statistics =
    'figure' in twr || returns < FEWEST_RETURNS || figures.every(isOfDays)
      ? undefined
      : made.statistics(window);
  const valueOf = (figure: RollingFigure): string | null => {
    if ('figure' in twr) return without(twr.code);
    if (figure === 'twr') return formatFraction(twr);
    if (figure === 'twr_annualized')
      return formatFraction(annualise(twr, to - from + 1)) ?? without('below_one_year');
    if (figure === 'max_drawdown') return statisticText(made.maxDrawdown(window));
    if (!statistics) return without('too_few_returns');
    return statisticText(statistics[figure]) ?? without(whyNot(figure, window, comparison));
  };
  const without = (code: string): null => {
    codes.push(code);
    return null;
  };
  const shown: Partial<Record<RollingFigure, string | null>> = {};
  for (const figure of figures) shown[figure] = valueOf(figure);
  return { date: isoDate(to), from: isoDate(from), returns, ...shown, reason: codes[0] ?? null };
}

/** Figures of the days, however few whole returns they make. */
function isOfDays(figure: RollingFigure): boolean {
  return figure === 'twr' || figure === 'twr_annualized' || figure === 'max_drawdown';
}

function returnOver(chain: ReturnChain, from: Day, to: Day): Decimal | Reason {
  const stretch = findStretch(chain, from, to);
  return stretch.missing === undefined ? timeWeighted(chain, stretch) : missingDay(stretch.missing);
}

function coversDays({ first, levels }: LoadedBenchmark, from: Day, to: Day): boolean {
  return first <= from && to < first + levels.length;
}

function inputOf(query: RollingQuery) {
  const { frequency, window, acceptable } = query;
  const rate = acceptable === undefined ? {} : { acceptable: constantRate(Number(acceptable)) };
  return { frequency, perYear: returnsPerYear(query), window, ...rate };
}

function whyNot(figure: RollingStatistic, { from, to }: RollingWindow, comparison: Comparison): string {
  const { benchmark, riskFree } = comparison;
  if (NEED_BENCHMARK.has(figure) && benchmark && !coversDays(benchmark, from - 1, to))
    return 'unknown_benchmark_level';
  if (riskFree && riskFree.between(from - 1, to) === undefined) return 'unknown_risk_free_rate';
  return 'no_variation';
}
