/** The deepest falls of a portfolio or group from a peak. */
import { day, isoDate } from '../../domain/dates.ts';
import { periodPerformance } from '../../domain/returns/performance.ts';
import { resolvePeriod } from '../../domain/returns/periods.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import type { ReturnOptions } from '../../domain/returns/model.ts';
import { deepest, drawdowns } from '../../domain/risk/drawdown.ts';
import type { Drawdown } from '../../domain/risk/drawdown.ts';
import { loadBasis } from './performance-basis.ts';
import { remarkView } from './period-view.ts';
import type { RemarkView } from './period-view.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { levelsOf, statisticText } from './risk-view.ts';
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef } from './subject.ts';

export interface DrawdownsQuery {
  readonly period: NamedPeriod;
  readonly top: number;
  readonly currency?: string;
  readonly options: ReturnOptions;
}

export interface DrawdownRow {
  /** 1 is the deepest. */
  readonly rank: number;
  readonly depth: string | null;
  readonly start: string;
  readonly trough: string;
  readonly recovery: string | null;
  readonly days_to_trough: number;
  readonly days_to_recovery: number | null;
  /** From the peak to its recovery, or to the end of the range. */
  readonly days: number;
}

export interface SubjectDrawdowns extends SubjectHead {
  readonly currency: string;
  /** The first and the last day whose returns count. */
  readonly from: string | null;
  readonly to: string | null;
  readonly complete_through: string | null;
  /** Why there are no rows, where a day in the range has no return. */
  readonly reasons: readonly RemarkView[];
  readonly rows: readonly DrawdownRow[];
}

/** They lie apart from each other: each ends where its peak is reached again. */
export function subjectDrawdowns(
  reader: Reader,
  ref: SubjectRef,
  query: DrawdownsQuery,
  context: ReadContext = {},
): Promise<Reading<SubjectDrawdowns>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const { options, currency = subject.currency } = query;
    const loaded = await loadBasis(source, subject.complete_through, { options, currency });
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const [first, last] = [basis.chain.days[0]?.day, subject.complete_through];
    const head = { ...subjectHead(subject), currency, complete_through: last };
    if (first === undefined || last === null)
      return found<SubjectDrawdowns>({ ...head, from: null, to: null, reasons: [], rows: [] });
    const period = periodPerformance(basis, resolvePeriod(query.period, day(last), first));
    const { from, to } = period;
    const whole = period.twr !== null;
    const falls = whole ? deepest(drawdowns(levelsOf(basis), from, to), query.top) : [];
    return found<SubjectDrawdowns>({
      ...head,
      from: isoDate(from),
      to: isoDate(to),
      reasons: whole ? [] : period.reasons.map(remarkView),
      rows: falls.map((fall, i) => rowOf(fall, i + 1, to)),
    });
  });
}

function rowOf({ depth, start, trough, recovery }: Drawdown, rank: number, end: number): DrawdownRow {
  return {
    rank,
    depth: statisticText(depth),
    start: isoDate(start),
    trough: isoDate(trough),
    recovery: recovery === null ? null : isoDate(recovery),
    days_to_trough: trough - start,
    days_to_recovery: recovery === null ? null : recovery - start,
    days: (recovery ?? end) - start,
  };
}
