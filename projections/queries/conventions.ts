/** By what rules the figures of a reply were made, said in the reply itself. */
import type { ReturnOptions } from '../../domain/returns/model.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import { FEWEST_RETURNS } from '../../domain/risk/risk.ts';
import type { Comparison } from './comparison.ts';
import type { LoadedRiskFree } from './risk-free.ts';
import { returnsPerYear } from './risk-view.ts';
import type { RiskSettings } from './risk-view.ts';
import type { Subject } from './subject.ts';

export interface RiskConventions {
  /** `daily`: business days, a weekend's days being part of Monday. Partial buckets are left out. */
  readonly frequency: RiskFrequency;
  /** Means are multiplied by it, deviations by its root. */
  readonly returns_per_year: number;
  readonly fewest_returns: number;
  readonly deviation: 'sample (n - 1)';
  /** `risk_free`, or a yearly fraction. */
  readonly minimum_acceptable_return: string;
  readonly confidence: string;
  /** Of VaR and expected shortfall, of which losses are positive. */
  readonly horizon: string;
  readonly historical_quantile: 'linear interpolation (type 7)';
  readonly drawdown: 'daily closes';
}

/** Of every reply with returns. */
export interface ReturnConventions {
  readonly basis: string;
  readonly taxes: string;
  readonly flow_timing: string;
  readonly annualization: 'actual/365';
  /** The value a period opens with. */
  readonly opening_value: 'close of the day before from';
  readonly linking: 'daily, geometric';
}

export interface Conventions extends ReturnConventions {
  readonly risk?: RiskConventions;
}

export function returnConventions(options: ReturnOptions, subject: Members): ReturnConventions {
  const { basis, taxes } = options;
  return {
    basis,
    taxes,
    flow_timing: flowTimingOf(options, subject),
    annualization: 'actual/365',
    opening_value: 'close of the day before from',
    linking: 'daily, geometric',
  };
}

type Members = Pick<Subject, 'members'>;

/** By when inflows, then when outflows count. */
const AS_STORED = {
  bod: { bod: 'begin', eod: 'in-begin-out-end' },
  eod: { bod: 'in-end-out-begin', eod: 'end' },
} as const;

/** Where in the day flows count: the default is as the rows store them, hence as the portfolios are set. */
export function flowTimingOf({ flowTiming }: ReturnOptions, { members }: Members): string {
  if (flowTiming !== 'in-begin-out-end') return flowTiming;
  const stored = new Set(members.map((member) => AS_STORED[member.inflow_timing][member.outflow_timing]));
  return stored.size === 1 ? [...stored][0]! : 'as set for each portfolio';
}

export function conventionsOf(
  options: ReturnOptions,
  subject: Members,
  risk: RiskSettings | undefined,
  comparison: Comparison,
): Conventions {
  return {
    ...returnConventions(options, subject),
    ...(risk ? { risk: riskConventions(risk, comparison) } : {}),
  };
}

function riskConventions(settings: RiskSettings, { riskFree }: Comparison): RiskConventions {
  const { frequency, confidence, horizon = 1, acceptable } = settings;
  return {
    frequency,
    returns_per_year: returnsPerYear(settings),
    fewest_returns: FEWEST_RETURNS,
    deviation: 'sample (n - 1)',
    minimum_acceptable_return: acceptable ?? (riskFree ? 'risk_free' : '0'),
    confidence: String(confidence),
    horizon: horizon === 1 ? '1 return' : `${horizon} returns`,
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
