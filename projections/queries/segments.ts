/** The returns of a subject's segments over periods, and their weights in it. */
import { runningWeights, weightIn } from '../../domain/contribution/weights.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import { performanceBasis, periodPerformance } from '../../domain/returns/performance.ts';
import type { PerformanceOptions } from '../../domain/returns/performance.ts';
import type { NamedPeriod, Period } from '../../domain/returns/periods.ts';
import { firstAtLeast } from '../../domain/returns/stretch.ts';
import { flowTimingOf } from './conventions.ts';
import type { Dimension, Segment } from './dimension.ts';
import { periodView } from './period-view.ts';
import type { PeriodView } from './period-view.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { withSegmentDays } from './segment-days.ts';
import { loadDays } from './subject-days.ts';
import { extentOf, reportHead, resolvedPeriods, termsOf } from './report.ts';
import type { Asked, ReportHead } from './report.ts';
import type { SubjectRef } from './subject.ts';

export interface SegmentsQuery extends Asked {
  readonly by: Dimension;
  readonly periods: readonly NamedPeriod[];
  readonly options: PerformanceOptions;
}

/** A segment over a period. */
export interface SegmentPeriodView extends Segment, Omit<PeriodView, 'risk' | 'relative' | 'benchmark'> {
  readonly begin_weight: string | null;
  readonly average_weight: string | null;
  readonly end_weight: string | null;
}

export interface SegmentsReport extends ReportHead {
  readonly by: Dimension;
  readonly conventions: {
    readonly basis: string;
    readonly taxes: string;
    readonly flow_timing: string;
    readonly internal_flows: 'netted by day' | 'as stored';
  };
  readonly segments: readonly SegmentPeriodView[];
}

export function segmentPerformance(
  reader: Reader,
  ref: SubjectRef,
  query: SegmentsQuery,
  context: ReadContext = {},
): Promise<Reading<SegmentsReport>> {
  return reader.subject(ref, context, async (source) => {
    const terms = termsOf(source.subject, query);
    const { date, currency } = terms;
    const loaded = await loadDays(source, date === null ? {} : { to: date }, query.currency);
    if (loaded.status !== 'found') return loaded;
    const { days } = loaded.value;
    const periods = resolvedPeriods(query.periods, extentOf(source.subject, terms, days));
    // A position by itself keeps its movements as the books have them.
    const internal = query.by === 'position' ? 'stored' : 'netted';
    const used = reached(days, periods);
    const segments = await withSegmentDays(
      source,
      { by: query.by, internal, days: used.map((each) => each.day), currency },
      ({ segment, days: own }) => periodsOf(segment, own, periods, used, query.options),
    );
    const { basis, taxes } = query.options;
    return found({
      ...reportHead(source.subject, terms, days),
      by: query.by,
      conventions: {
        basis,
        taxes,
        flow_timing: flowTimingOf(query.options, source.subject),
        internal_flows: internal === 'netted' ? 'netted by day' : 'as stored',
      },
      segments: segments.flat(),
    });
  });
}

/** The days that any of the periods needs, with the one before them: its close is an opening value. */
function reached(days: readonly ReturnDay[], periods: readonly Period[]): readonly ReturnDay[] {
  const real = periods.filter(({ empty }) => !empty);
  const from = Math.min(...real.map((period) => period.from)) - 1;
  const to = Math.max(...real.map((period) => period.to));
  return days.filter((each) => each.day >= from && each.day <= to);
}

function periodsOf(
  segment: Segment,
  days: readonly ReturnDay[],
  periods: readonly Period[],
  whole: readonly ReturnDay[],
  options: PerformanceOptions,
): SegmentPeriodView[] {
  const basis = performanceBasis(days, options);
  const own = new Map(days.map((each) => [each.day, each]));
  const weights = runningWeights(
    whole.map((each) => weightIn(own.get(each.day)?.bodMarketValue, each.bodMarketValue)),
  );
  return periods.map((period) => {
    const first = firstAtLeast(whole.length, (row) => whole[row]!.day >= period.from);
    const last = firstAtLeast(whole.length, (row) => whole[row]!.day > period.to) - 1;
    const end = whole[last];
    return {
      ...segment,
      ...periodView(periodPerformance(basis, period)),
      begin_weight: formatFraction(weights.mean(first, Math.min(first, last))),
      average_weight: formatFraction(weights.mean(first, last)),
      end_weight: formatFraction(
        end && first <= last ? weightIn(own.get(end.day)?.eodMarketValue, end.eodMarketValue) : null,
      ),
    };
  });
}
