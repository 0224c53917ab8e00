/** Why a statistic is null. */
import { isoDate, type Day } from '../dates.ts';

export type RiskReasonCode =
  | 'too_few_returns'
  | 'no_variation'
  | 'no_shortfall'
  | 'no_drawdown'
  | 'not_recovered'
  | 'not_monotone'
  | 'below_one_year'
  | 'no_rising_returns'
  | 'no_falling_returns'
  | 'no_annual_return'
  | 'out_of_range'
  | 'unknown_benchmark_level'
  | 'unknown_risk_free_rate';

/** `figure` is the name in the reply, with its object before a point: `risk.sharpe`; `risk` stands for all. */
export interface RiskReason {
  readonly figure: string;
  readonly code: RiskReasonCode;
  readonly message: string;
  readonly day?: Day;
}

export function tooFewReturns(figure: string, count: number, needed: number): RiskReason {
  return {
    figure,
    code: 'too_few_returns',
    message: `the period has ${count} whole returns of this frequency; ${needed} are needed`,
  };
}

export function unknownLevel(figure: string, day: Day): RiskReason {
  const message = `the benchmark has no level on ${isoDate(day)}`;
  return { figure, code: 'unknown_benchmark_level', message, day };
}

export function unknownRate(figure: string, day: Day): RiskReason {
  const message = `there is no risk-free rate for ${isoDate(day)}`;
  return { figure, code: 'unknown_risk_free_rate', message, day };
}

type PlainCode = Exclude<
  RiskReasonCode,
  'too_few_returns' | 'unknown_benchmark_level' | 'unknown_risk_free_rate'
>;

const SENTENCES: Readonly<Record<PlainCode, string>> = {
  no_variation: 'the returns it divides by do not vary',
  no_shortfall: 'no return was below the minimum acceptable one',
  no_drawdown: 'no close was below an earlier one',
  not_recovered: 'the peak was not reached again in the period',
  not_monotone: 'the expansion is not monotone for this skewness and kurtosis, so that it is no quantile',
  below_one_year: 'the period is shorter than a year, and its return is not annualised',
  no_rising_returns: 'the benchmark rose in none of the returns',
  no_falling_returns: 'the benchmark fell in none of the returns',
  no_annual_return: 'there is no annualised return to divide',
  out_of_range: 'the figure is too extreme to be stated',
};

export function because(figure: string, code: PlainCode): RiskReason {
  return { figure, code, message: SENTENCES[code] };
}
