/** The returns of a portfolio or group over periods. */
import { isoDate } from '../../domain/dates.ts';
import type { PerformanceOptions } from '../../domain/returns/performance.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import { conventionsOf, riskFreeName } from './conventions.ts';
import type { Conventions, RiskFreeName } from './conventions.ts';
import { loadComparison } from './comparison.ts';
import type { BenchmarkName, ComparisonQuery } from './comparison.ts';
import { loadBasis } from './performance-basis.ts';
import { periodWithRisk } from './period-views.ts';
import type { PeriodView } from './period-view.ts';
import type { RiskSettings } from './risk-view.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { extentOf, reportHead, termsOf } from './report.ts';
import type { Asked, ReportHead } from './report.ts';
import type { SubjectRef } from './subject.ts';

export interface PerformanceQuery extends Asked {
  readonly periods: readonly NamedPeriod[];
  readonly options: PerformanceOptions;
  readonly comparison?: ComparisonQuery;
  /** Without, no risk is computed. */
  readonly risk?: RiskSettings;
}

export interface PerformanceReport extends ReportHead {
  readonly conventions: Conventions;
  readonly benchmark?: BenchmarkName;
  readonly risk_free?: RiskFreeName;
  readonly periods: readonly PeriodView[];
}

export function subjectPerformance(
  reader: Reader,
  ref: SubjectRef,
  query: PerformanceQuery,
  context: ReadContext = {},
): Promise<Reading<PerformanceReport>> {
  return reader.subject(ref, context, async (source) => {
    const terms = termsOf(source.subject, query);
    const loaded = await loadBasis(source, terms.date, query);
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const { days } = basis.chain;
    const extent = extentOf(source.subject, terms, days);
    const compared = await loadComparison(source, query.comparison ?? {}, terms.currency, {
      ...(days[0] === undefined ? {} : { from: isoDate(days[0].day) }),
      ...(terms.date === null ? {} : { to: terms.date }),
    });
    if (compared.status !== 'found') return compared;
    const comparison = compared.value;
    return found({
      ...reportHead(source.subject, terms, days),
      conventions: conventionsOf(query.options, source.subject, query.risk, comparison),
      ...(comparison.benchmark ? { benchmark: comparison.benchmark.name } : {}),
      ...(comparison.riskFree ? { risk_free: riskFreeName(comparison.riskFree) } : {}),
      periods: extent
        ? query.periods.map((period) =>
            periodWithRisk(basis, period, { ...extent, comparison, risk: query.risk }),
          )
        : [],
    });
  });
}
