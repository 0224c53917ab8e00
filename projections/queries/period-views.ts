/** The figures of a period as replies show them, kept with the days that they are made of. */
import { periodPerformance } from '../../domain/returns/performance.ts';
import type { PerformanceBasis } from '../../domain/returns/performance.ts';
import { resolvePeriod } from '../../domain/returns/periods.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import type { Comparison } from './comparison.ts';
import { periodView, remarkView } from './period-view.ts';
import type { PeriodView } from './period-view.ts';
import type { Extent } from './report.ts';
import { periodRisk } from './risk-view.ts';
import type { RiskSettings } from './risk-view.ts';

export interface ViewQuery extends Extent {
  readonly comparison: Comparison;
  readonly risk: RiskSettings | undefined;
}

interface Kept {
  readonly view: PeriodView;
  /** Those of the benchmark it was compared with: others are other figures. */
  readonly levels: Float64Array | undefined;
}

/** The standard periods with a few different settings. */
const MAX_KEPT = 128;
const views = new WeakMap<PerformanceBasis, Map<string, Kept>>();

export function periodWithRisk(basis: PerformanceBasis, period: NamedPeriod, query: ViewQuery): PeriodView {
  const { comparison, risk } = query;
  const { benchmark, riskFree } = comparison;
  // A series of rates may change without changing its name.
  if (riskFree && riskFree.first_date !== null) return make(basis, period, query);
  const kept = views.get(basis) ?? new Map<string, Kept>();
  views.set(basis, kept);
  const key = JSON.stringify([period, query.asOf, query.completeThrough, risk, riskFree?.id]);
  const known = kept.get(key);
  if (known && known.levels === benchmark?.levels) return known.view;
  const view = make(basis, period, query);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, { view, levels: benchmark?.levels });
  return view;
}

function make(
  basis: PerformanceBasis,
  period: NamedPeriod,
  { asOf, inception, completeThrough, comparison, risk: settings }: ViewQuery,
): PeriodView {
  const figures = periodPerformance(basis, resolvePeriod(period, asOf, inception, completeThrough));
  const { reasons, flags, ...risk } = periodRisk(basis, figures, comparison, settings);
  const plain = periodView(figures);
  return {
    ...plain,
    flags: [...plain.flags, ...flags.map(remarkView)],
    reasons: [...plain.reasons, ...reasons.map(remarkView)],
    ...risk,
  };
}
