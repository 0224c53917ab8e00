/** The risk-free rate of a report. */
import { constantRate, variableRate } from '../../domain/benchmarks/risk-free.ts';
import type { RiskFree } from '../../domain/benchmarks/risk-free.ts';
import { format, toNumber } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import { notAFraction, SERIES_PREFIX, yearlyFraction } from './benchmark-ref.ts';
import type { BenchmarkSource } from './benchmark-ref.ts';
import { found, rejected } from './reading.ts';
import type { Outcome } from './reading.ts';

export interface LoadedRiskFree extends RiskFree {
  /** The yearly fraction, or `series:<id>`. */
  readonly id: string;
  readonly name: string | null;
  /** The first day with a rate; `null` for a constant one. */
  readonly first_date: string | null;
}

/**
 * A yearly fraction such as 0.02, or `series:<id>` of yearly rates.
 * @returns rejected for `risk_free` with `unknown_risk_free`, `range`, `not_rates` or `no_values`
 */
export async function loadRiskFree(source: BenchmarkSource, text: string): Promise<Outcome<LoadedRiskFree>> {
  if (!text.startsWith(SERIES_PREFIX)) {
    const yearly = yearlyFraction(text);
    if (!yearly) return notAFraction();
    return found({ id: format(yearly), name: null, first_date: null, ...constantRate(toNumber(yearly)) });
  }
  const seriesId = text.slice(SERIES_PREFIX.length);
  const series = await source.reader.definitions.uploaded(seriesId, source.version.position);
  if (!series)
    return rejected('risk_free', 'unknown_risk_free', `cannot be used: there is no series ${seriesId}`);
  if (series.details.kind !== 'rate')
    return rejected('risk_free', 'not_rates', `cannot be used: ${seriesId} is no series of rates`);
  const [first] = series.values.points;
  if (!first) return rejected('risk_free', 'no_values', `cannot be used: series ${seriesId} has no values`);
  return found({
    id: text,
    name: series.details.name ?? null,
    first_date: isoDate(first.day),
    ...variableRate(series.values),
  });
}
