/** By what rules the figures of a reply were made, said in the reply itself. */
import type { PerformanceOptions } from '../../domain/returns/performance.ts';
import { RETURNS_PER_YEAR } from '../../domain/risk/frequency.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import { FEWEST_RETURNS } from '../../domain/risk/risk.ts';
import type { Comparison } from './comparison.ts';
import type { LoadedRiskFree } from './risk-free.ts';
import type { RiskSettings } from './risk-view.ts';

export interface RiskConventions {
  /** `daily`: business days, a weekend's days being part of Monday. Partial buckets are left out. */
  readonly frequency: RiskFrequency;
  /** Means are multiplied by it, deviations by its root. */
  readonly returns_per_year: number;
  readonly fewest_returns: number;
  readonly deviation: 'sample (n - 1)';
  readonly minimum_acceptable_return: 'risk_free' | '0';
  readonly confidence: string;
  /** VaR and expected shortfall are those of one return, losses positive. */
  readonly horizon: '1 return';
  readonly historical_quantile: 'linear interpolation (type 7)';
  readonly drawdown: 'daily closes';
}

export interface Conventions {
  readonly basis: string;
  readonly taxes: string;
  readonly flow_timing: string;
  readonly annualization: 'actual/365';
  /** The value a period opens with. */
  readonly opening_value: 'close of the day before from';
  readonly linking: 'daily, geometric';
  readonly risk?: RiskConventions;
}

export function conventionsOf(
  { basis, taxes, flowTiming }: PerformanceOptions,
  risk: RiskSettings | undefined,
  comparison: Comparison,
): Conventions {
  return {
    basis,
    taxes,
    flow_timing: flowTiming,
    annualization: 'actual/365',
    opening_value: 'close of the day before from',
    linking: 'daily, geometric',
    ...(risk ? { risk: riskConventions(risk, comparison) } : {}),
  };
}

function riskConventions({ frequency, confidence }: RiskSettings, { riskFree }: Comparison): RiskConventions {
  return {
    frequency,
    returns_per_year: RETURNS_PER_YEAR[frequency],
    fewest_returns: FEWEST_RETURNS,
    deviation: 'sample (n - 1)',
    minimum_acceptable_return: riskFree ? 'risk_free' : '0',
    confidence: String(confidence),
    horizon: '1 return',
    historical_quantile: 'linear interpolation (type 7)',
    drawdown: 'daily closes',
  };
}

export interface RiskFreeName {
  readonly id: string;
  readonly name: string | null;
  readonly first_date: string | null;
}

export function riskFreeName({ id, name, first_date }: LoadedRiskFree): RiskFreeName {
  return { id, name, first_date };
}
