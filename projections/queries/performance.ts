/** The returns of a portfolio or group over periods. */
import { day, isoDate } from '../../domain/dates.ts';
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
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef } from './subject.ts';

export interface PerformanceQuery {
  readonly periods: readonly NamedPeriod[];
  /** The last day that counts; by default the last complete one. */
  readonly date?: string;
  /** The base currency by default. */
  readonly currency?: string;
  readonly options: PerformanceOptions;
  readonly comparison?: ComparisonQuery;
  /** Without, no risk is computed. */
  readonly risk?: RiskSettings;
}

export interface PerformanceReport extends SubjectHead {
  readonly currency: string;
  /** The last day that counts; `null` without any complete day. */
  readonly date: string | null;
  readonly inception: string | null;
  readonly complete_through: string | null;
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
    const { subject } = source;
    const date = query.date ?? subject.complete_through;
    const loaded = await loadBasis(source, date, query);
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const currency = query.currency ?? subject.currency;
    const inception = basis.chain.days[0]?.day;
    const compared = await loadComparison(source, query.comparison ?? {}, currency, {
      ...(inception === undefined ? {} : { from: isoDate(inception) }),
      ...(date === null ? {} : { to: date }),
    });
    if (compared.status !== 'found') return compared;
    const comparison = compared.value;
    return found({
      ...subjectHead(subject),
      currency,
      date,
      inception: inception === undefined ? null : isoDate(inception),
      complete_through: subject.complete_through,
      conventions: conventionsOf(query.options, query.risk, comparison),
      ...(comparison.benchmark ? { benchmark: comparison.benchmark.name } : {}),
      ...(comparison.riskFree ? { risk_free: riskFreeName(comparison.riskFree) } : {}),
      periods:
        date === null || inception === undefined
          ? []
          : query.periods.map((period) =>
              periodWithRisk(basis, period, { asOf: day(date), inception, comparison, risk: query.risk }),
            ),
    });
  });
}
