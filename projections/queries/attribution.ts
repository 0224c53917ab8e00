/** Why a portfolio or group did better or worse than a benchmark over periods. */
import { returnBetween } from '../../domain/attribution/linking.ts';
import { effectTable } from '../../domain/attribution/table.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { format, round, subtract } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { FRACTION_SCALE, formatFraction } from '../../domain/returns/model.ts';
import type { ReturnDay, ReturnOptions } from '../../domain/returns/model.ts';
import { performanceBasis, periodPerformance } from '../../domain/returns/performance.ts';
import type { PerformanceBasis, PeriodPerformance } from '../../domain/returns/performance.ts';
import type { NamedPeriod, Period } from '../../domain/returns/periods.ts';
import { attributionDays, effectRounding, segmentEffects } from './attribution-sums.ts';
import type { CurrencyEffect, PortfolioSegmentDay } from './attribution-sums.ts';
import { effectsView, isShown, mean, NO_LINE } from './attribution-view.ts';
import type { AttributionLine } from './attribution-view.ts';
import { benchmarkDays, linkedReturn } from './benchmark-segments.ts';
import type { BenchmarkDays, SharedDimension } from './benchmark-segments.ts';
import { loadBlend } from './benchmarks.ts';
import type { BenchmarkBlend } from './benchmarks.ts';
import type { BenchmarkName } from './comparison.ts';
import { flowTimingOf } from './conventions.ts';
import { compareSegments, segmentId } from './dimension.ts';
import type { Segment } from './dimension.ts';
import { loadBasis } from './performance-basis.ts';
import { remarkView } from './period-view.ts';
import type { RemarkView } from './period-view.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { withSegmentDays } from './segment-days.ts';
import { extentOf, reportHead, resolvedPeriods, termsOf } from './report.ts';
import type { Asked, ReportHead } from './report.ts';
import type { SubjectRef } from './subject.ts';

export interface AttributionQuery extends Asked {
  readonly benchmark: string;
  readonly by: SharedDimension;
  readonly currencyEffect: CurrencyEffect;
  readonly periods: readonly NamedPeriod[];
  readonly options: ReturnOptions;
}

export interface PeriodAttribution {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly lines: readonly AttributionLine[];
  /** Its effect is the portfolio's return less the benchmark's. */
  readonly total: AttributionLine;
  readonly flags: readonly RemarkView[];
  readonly reasons: readonly RemarkView[];
}

export interface AttributionReport extends ReportHead {
  readonly by: SharedDimension;
  readonly benchmark: BenchmarkName;
  readonly conventions: {
    readonly basis: string;
    readonly taxes: string;
    readonly flow_timing: string;
    readonly model: 'Brinson-Fachler, daily';
    readonly linking: 'Frongello';
    readonly currency_effect: CurrencyEffect;
  };
  readonly periods: readonly PeriodAttribution[];
}

export function subjectAttribution(
  reader: Reader,
  ref: SubjectRef,
  query: AttributionQuery,
  context: ReadContext = {},
): Promise<Reading<AttributionReport>> {
  return reader.subject(ref, context, async (source) => {
    const terms = termsOf(source.subject, query);
    const { currency } = terms;
    const loaded = await loadBasis(source, terms.date, query);
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const { days } = basis.chain;
    const periods = resolvedPeriods(query.periods, extentOf(source.subject, terms, days));
    const range = rangeOf(periods, days);
    const blended = await loadBlend(source, query.benchmark, currency, range);
    if (blended.status !== 'found') return blended;
    const apart = query.currencyEffect === 'apart';
    const benchmark = benchmarkDays(blended.value, query.by, apart);
    const inRange = days.filter((each) => !(isoDate(each.day) < (range.from ?? '')));
    const held = await withSegmentDays(
      source,
      {
        by: query.by,
        internal: 'netted',
        days: inRange.map((each) => each.day),
        currency,
        withCurrencyGains: apart,
      },
      (segment): HeldSegment => ({
        segment: segment.segment,
        basis: performanceBasis(segment.days, query.options),
        days: new Map(
          segment.days.map((row, i) => {
            const [external, currencyGain] = [segment.external[i]!, segment.currencyGains[i]!];
            return [row.day, { row, external, currencyGain }] as const;
          }),
        ),
      }),
    );
    const { basis: costs, taxes } = query.options;
    const compared: Compared = {
      basis,
      held,
      blend: blended.value,
      benchmark,
      currencyEffect: query.currencyEffect,
      baseCurrencies: new Set(source.subject.members.map((member) => member.base_currency)).size,
    };
    const attributed: PeriodAttribution[] = [];
    for (const period of periods) {
      attributed.push(periodAttribution(period, compared));
      // Ten years of days are a while to compute: others are answered in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return found({
      ...reportHead(source.subject, terms, days),
      by: query.by,
      benchmark: nameOf(blended.value),
      conventions: {
        basis: costs,
        taxes,
        flow_timing: flowTimingOf(query.options, source.subject),
        model: 'Brinson-Fachler, daily',
        linking: 'Frongello',
        currency_effect: query.currencyEffect,
      },
      periods: attributed,
    });
  });
}

/** What the periods need of the benchmark; beyond the days there is nothing to explain. */
function rangeOf(periods: readonly Period[], days: readonly ReturnDay[]): { from?: string; to?: string } {
  const real = periods.filter(({ empty }) => !empty);
  const last = days.at(-1);
  if (real.length === 0 || !last) return {};
  const from = Math.min(last.day, ...real.map((period) => period.from));
  const to = Math.min(last.day, Math.max(...real.map((period) => period.to)));
  return { from: isoDate(from), to: isoDate(to) };
}

function nameOf({ id, name, currency, rebalancing, first_date, last_date }: BenchmarkBlend): BenchmarkName {
  return { id, name, currency, rebalancing, first_date, last_date };
}

interface HeldSegment {
  readonly segment: Segment;
  readonly basis: PerformanceBasis;
  readonly days: ReadonlyMap<Day, PortfolioSegmentDay>;
}

/** Both sides of the comparison. */
interface Compared {
  readonly basis: PerformanceBasis;
  readonly held: readonly HeldSegment[];
  readonly blend: BenchmarkBlend;
  readonly benchmark: BenchmarkDays;
  readonly currencyEffect: CurrencyEffect;
  /** Of the members: the whole's amounts are rounded once for each. */
  readonly baseCurrencies: number;
}

function periodAttribution(period: Period, compared: Compared): PeriodAttribution {
  const { basis, held, blend, benchmark, currencyEffect, baseCurrencies } = compared;
  const { options } = basis;
  const performance = periodPerformance(basis, period);
  const head = { period: period.label, from: isoDate(period.from), to: isoDate(period.to) };
  const described = {
    ...head,
    days: performance.days,
    flags: performance.flags.filter(({ code }) => code !== 'several_rates').map(remarkView),
  };
  const earned = period.empty ? null : benchmarkReturn(blend, period);
  if (performance.twr === null || typeof earned !== 'object' || earned === null) {
    const total = { ...NO_LINE, portfolio_return: formatFraction(performance.twr) };
    return { ...described, lines: [], total, reasons: reasonsOf(performance, earned) };
  }
  const whole = new Map(basis.chain.days.map((each) => [each.day, each]));
  const days = attributionDays(whole, benchmark, period, options);
  const segments = bothSides(held, benchmark);
  const sums = segments.map(({ portfolio, segment }) =>
    segmentEffects(
      days,
      portfolio?.days,
      { segment: benchmark.segments.get(segmentId(segment)), first: benchmark.first },
      options,
      currencyEffect,
    ),
  );
  const [printed, printedBenchmark] = [round(performance.twr, FRACTION_SCALE), round(earned, FRACTION_SCALE)];
  const table = effectTable(
    sums.map(({ effects }) => effects),
    subtract(printed, printedBenchmark),
    effectRounding(days, held.length + baseCurrencies),
  );
  const withCapital = days.filter(({ capital }) => capital !== null).length;
  const lines = segments.map(({ segment, portfolio }, i): AttributionLine => {
    const ofBenchmark = benchmark.segments.get(segmentId(segment));
    const [from, to] = [period.from - benchmark.first, period.to - benchmark.first];
    return {
      kind: 'segment',
      key: segment.key,
      name: segment.name,
      portfolio_weight: mean(sums[i]!.weight, withCapital),
      benchmark_weight: mean(sums[i]!.benchmarkWeight, days.length),
      portfolio_return: formatFraction(portfolio ? periodPerformance(portfolio.basis, period).twr : null),
      benchmark_return: formatFraction(ofBenchmark ? linkedReturn(ofBenchmark, from, to) : null),
      ...effectsView(table.lines[i]!, currencyEffect),
    };
  });
  if (table.unattributed)
    lines.push({ ...NO_LINE, kind: 'unattributed', key: 'unattributed', effect: format(table.unattributed) });
  const total: AttributionLine = {
    ...NO_LINE,
    portfolio_return: format(printed),
    benchmark_return: format(printedBenchmark),
    ...effectsView(table.total, currencyEffect),
  };
  return { ...described, lines: lines.filter(isShown), total, reasons: [] };
}

function bothSides(
  held: readonly HeldSegment[],
  benchmark: BenchmarkDays,
): { readonly segment: Segment; readonly portfolio: HeldSegment | undefined }[] {
  const portfolio = new Map(held.map((each) => [segmentId(each.segment), each]));
  const segments = new Map(held.map((each) => [segmentId(each.segment), each.segment]));
  for (const [id, { segment }] of benchmark.segments) if (!segments.has(id)) segments.set(id, segment);
  return [...segments]
    .sort(([, a], [, b]) => compareSegments(a, b))
    .map(([id, segment]) => ({ segment, portfolio: portfolio.get(id) }));
}

/** From the close before the period to its last; the first day without a level where one is missing. */
function benchmarkReturn({ first, index }: BenchmarkBlend, { from, to }: Period): Decimal | Day {
  const [opening, closing] = [index[from - 1 - first], index[to - first]];
  if (!opening) return from - 1;
  if (!closing) return first + index.length;
  return returnBetween(opening, closing);
}

function reasonsOf({ reasons }: PeriodPerformance, earned: Decimal | Day | null): RemarkView[] {
  const found = reasons
    .filter(({ figure }) => figure === 'all' || figure === 'twr')
    .map((reason) => remarkView(reason));
  // The benchmark was loaded for days that the whole has: of others its level is not known either.
  if (typeof earned === 'number' && found.length === 0)
    found.push({
      figure: 'benchmark_return',
      code: 'unknown_benchmark_level',
      message: `the benchmark has no level on ${isoDate(earned)}`,
      date: isoDate(earned),
    });
  return found;
}
