/** The risk of a period, and how it did beside a benchmark, as replies show them. */
import { constantRate } from '../../domain/benchmarks/risk-free.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { format, fromNumber, toNumber } from '../../domain/decimal.ts';
import { FRACTION_SCALE } from '../../domain/returns/model.ts';
import type { PerformanceBasis, PeriodPerformance } from '../../domain/returns/performance.ts';
import type { Drawdown } from '../../domain/risk/drawdown.ts';
import { RETURNS_PER_YEAR } from '../../domain/risk/frequency.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import { dailyLevels } from '../../domain/risk/levels.ts';
import type { DailyLevels } from '../../domain/risk/levels.ts';
import { because, tooFewReturns, unknownLevel } from '../../domain/risk/remarks.ts';
import { RELATIVE_FIGURES, relativeRisk } from '../../domain/risk/relative.ts';
import type { RelativeFigure } from '../../domain/risk/relative.ts';
import { FEWEST_RETURNS, RISK_FIGURES, riskOf } from '../../domain/risk/risk.ts';
import type { RiskFigure } from '../../domain/risk/risk.ts';
import {
  indexReturns,
  risklessReturn,
  risklessReturns,
  sampleOf,
  unknownLevelDay,
} from '../../domain/risk/sample.ts';
import type { Sample } from '../../domain/risk/sample.ts';
import { benchmarkView, carriedOn, whyNoReturn } from './benchmark-view.ts';
import type { BenchmarkFlag, BenchmarkView, Remark } from './benchmark-view.ts';
import type { Comparison, LoadedBenchmark } from './comparison.ts';

/** The whole returns of the period that the figures are made of. */
interface Counted {
  readonly returns: number | null;
}

export type RiskView = Counted &
  Readonly<Record<RiskFigure, string | null>> & {
    readonly drawdown_start: string | null;
    readonly drawdown_trough: string | null;
    readonly drawdown_recovery: string | null;
    readonly drawdown_days_to_trough: number | null;
    readonly drawdown_days_to_recovery: number | null;
    /** From the peak to its recovery, or to the end of the period. */
    readonly drawdown_days: number | null;
  };

export type RelativeView = Counted & Readonly<Record<RelativeFigure, string | null>>;

export interface RiskSettings {
  readonly frequency: RiskFrequency;
  /** The usual one of the frequency unless given. */
  readonly returnsPerYear?: number;
  /** 0.9 to 0.999. */
  readonly confidence: number;
  /** Of value at risk and expected shortfall, in returns; one unless given. */
  readonly horizon?: number;
  /** A yearly fraction; the riskless rate where absent. */
  readonly acceptable?: string;
}

export function returnsPerYear({
  frequency,
  returnsPerYear: asked = RETURNS_PER_YEAR[frequency],
}: Pick<RiskSettings, 'frequency' | 'returnsPerYear'>): number {
  return asked;
}

/** What the risk of a period says, and why it does not say more. */
export interface PeriodRisk {
  readonly risk?: RiskView;
  readonly relative?: RelativeView;
  readonly benchmark?: BenchmarkView;
  readonly reasons: readonly Remark[];
  readonly flags: readonly BenchmarkFlag[];
}

const levels = new WeakMap<PerformanceBasis, DailyLevels>();

/** Made once for a basis and kept as long as it is. */
export function levelsOf(basis: PerformanceBasis): DailyLevels {
  const known = levels.get(basis);
  if (known) return known;
  const made = dailyLevels(basis.chain);
  levels.set(basis, made);
  return made;
}

/** Makes the levels of a basis from those of another of the same options, where it has any. */
export function carryLevels(from: PerformanceBasis, to: PerformanceBasis): void {
  const known = levels.get(from);
  if (known) levels.set(to, dailyLevels(to.chain, { chain: from.chain, levels: known }));
}

/** Without settings only the benchmark's own return. */
export function periodRisk(
  basis: PerformanceBasis,
  period: PeriodPerformance,
  comparison: Comparison,
  settings: RiskSettings | undefined,
): PeriodRisk {
  const reasons: Remark[] = [];
  const { benchmark } = comparison;
  const shown = benchmark ? { benchmark: benchmarkView(basis, period, benchmark, reasons) } : {};
  const flags = benchmark && period.twr !== null ? carriedOn(benchmark, period) : [];
  if (!settings) return { ...shown, reasons, flags };
  if (period.twr === null) {
    return {
      risk: NO_RISK,
      ...(benchmark ? { relative: NO_RELATIVE } : {}),
      ...shown,
      reasons: [...reasons, ...whyNoReturn(period, benchmark ? ['risk', 'relative'] : ['risk'])],
      flags,
    };
  }
  const sample = sampleOf(levelsOf(basis), period.from, period.to, settings.frequency);
  const riskless = comparison.riskFree && risklessReturns(comparison.riskFree, sample);
  const perYear = returnsPerYear(settings);
  const { figures, drawdown, ...risk } = riskOf({
    levels: levelsOf(basis),
    from: period.from,
    to: period.to,
    perYear,
    confidence: settings.confidence,
    ...(settings.horizon === undefined ? {} : { horizon: settings.horizon }),
    returns: sample.returns,
    ...(riskless === undefined ? {} : { riskless }),
    ...acceptableReturns(settings, sample),
    twrAnnualized: period.twrAnnualized === null ? null : toNumber(period.twrAnnualized),
  });
  reasons.push(...risk.reasons);
  const texts = printed(RISK_FIGURES, figures, 'risk', reasons);
  return {
    risk: { returns: sample.returns.length, ...texts, ...fallView(drawdown, period.to) },
    ...(benchmark ? { relative: relativeView(sample, benchmark, riskless, perYear, reasons) } : {}),
    ...shown,
    reasons,
    flags,
  };
}

function acceptableReturns({ acceptable }: RiskSettings, { buckets }: Sample) {
  if (acceptable === undefined) return {};
  const rate = constantRate(Number(acceptable));
  return { acceptable: Float64Array.from(buckets, (bucket) => risklessReturn(rate, bucket)) };
}

function relativeView(
  sample: Sample,
  benchmark: LoadedBenchmark,
  riskless: Float64Array | Day | undefined,
  perYear: number,
  reasons: Remark[],
): RelativeView {
  const count = sample.returns.length;
  const unknown = count < FEWEST_RETURNS ? undefined : unknownLevelDay(benchmark, sample);
  if (count < FEWEST_RETURNS) reasons.push(tooFewReturns('relative', count, FEWEST_RETURNS));
  else if (unknown !== undefined) reasons.push(unknownLevel('relative', unknown));
  if (count < FEWEST_RETURNS || unknown !== undefined) return { ...NO_RELATIVE, returns: count };
  const found = relativeRisk(sample.returns, indexReturns(benchmark, sample), riskless, perYear);
  reasons.push(...found.reasons);
  return { returns: count, ...printed(RELATIVE_FIGURES, found.figures, 'relative', reasons) };
}

/** A statistic beyond this says nothing, and would not print to 12 places. */
const LARGEST = 1e12;

/** A statistic to 12 places; `null` when it is beyond all sense. */
export function statisticText(value: number | null): string | null {
  return value === null || !(Math.abs(value) <= LARGEST) ? null : format(fromNumber(value, FRACTION_SCALE));
}

function printed<F extends string>(
  names: readonly F[],
  figures: Readonly<Record<F, number | null>>,
  of: string,
  reasons: Remark[],
): Record<F, string | null> {
  return recordOf(names, (name) => {
    const text = statisticText(figures[name]);
    if (text === null && figures[name] !== null) reasons.push(because(`${of}.${name}`, 'out_of_range'));
    return text;
  });
}

function recordOf<F extends string, V>(names: readonly F[], make: (name: F) => V): Record<F, V> {
  const record: Partial<Record<F, V>> = {};
  for (const name of names) record[name] = make(name);
  const isWhole = (made: Partial<Record<F, V>>): made is Record<F, V> => names.every((name) => name in made);
  if (!isWhole(record)) throw new TypeError('a figure has no name');
  return record;
}

function fallView(fall?: Drawdown, end?: Day) {
  const recovery = fall?.recovery ?? null;
  return {
    drawdown_start: fall ? isoDate(fall.start) : null,
    drawdown_trough: fall ? isoDate(fall.trough) : null,
    drawdown_recovery: recovery === null ? null : isoDate(recovery),
    drawdown_days_to_trough: fall ? fall.trough - fall.start : null,
    drawdown_days_to_recovery: fall && recovery !== null ? recovery - fall.start : null,
    drawdown_days: fall && end !== undefined ? (recovery ?? end) - fall.start : null,
  };
}

const NO_RISK: RiskView = {
  returns: null,
  ...recordOf(RISK_FIGURES, () => null),
  ...fallView(),
};
const NO_RELATIVE: RelativeView = { returns: null, ...recordOf(RELATIVE_FIGURES, () => null) };
