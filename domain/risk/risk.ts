/** The risk of a period: statistics of its returns at a frequency, and the deepest fall of its daily closes. */
import type { Day } from '../dates.ts';
import { maximumDrawdown, type Drawdown } from './drawdown.ts';
import type { DailyLevels } from './levels.ts';
import { downsideDeviation, mean, moments, type Moments } from './moments.ts';
import { because, tooFewReturns, unknownRate, type RiskReason } from './remarks.ts';
import { excessOver } from './relative.ts';
import {
  cornishFisherTail,
  historicalTail,
  overHorizon,
  parametricTail,
  returnsForTail,
  sumOf,
} from './tail.ts';

/** Fewer say more of chance than of the portfolio. */
export const FEWEST_RETURNS = 5;

export const RISK_FIGURES = [
  'mean_return',
  'volatility',
  'downside_deviation',
  'sharpe',
  'sortino',
  'max_drawdown',
  'calmar',
  'skewness',
  'excess_kurtosis',
  'var_historical',
  'var_parametric',
  'var_cornish_fisher',
  'es_historical',
  'es_parametric',
  'es_cornish_fisher',
] as const;
export type RiskFigure = (typeof RISK_FIGURES)[number];

export interface RiskInput {
  readonly levels: DailyLevels;
  readonly from: Day;
  readonly to: Day;
  /** Returns per year. */
  readonly perYear: number;
  readonly confidence: number;
  /** Of value at risk and expected shortfall, in returns; one unless given. */
  readonly horizon?: number;
  /** Of the period's whole buckets (`sampleOf`). */
  readonly returns: Float64Array;
  /** Of the same buckets; nothing where no rate was asked for, a day where that day has none. */
  readonly riskless?: Float64Array | Day;
  /** The minimum acceptable returns of the same buckets; the riskless ones unless given. */
  readonly acceptable?: Float64Array;
  /** The annualised time-weighted return, `null` below a year. */
  readonly twrAnnualized: number | null;
}

export interface Risk {
  readonly figures: Readonly<Record<RiskFigure, number | null>>;
  readonly drawdown: Drawdown | undefined;
  readonly reasons: readonly RiskReason[];
}

type Missing = (figure: RiskFigure, code: Parameters<typeof because>[1]) => null;

export function riskOf(input: RiskInput): Risk {
  const { levels, from, to, returns } = input;
  const reasons: RiskReason[] = [];
  const missing: Missing = (figure, code) => {
    reasons.push(because(`risk.${figure}`, code));
    return null;
  };
  const drawdown = maximumDrawdown(levels, from, to);
  const falls = { max_drawdown: drawdown?.depth ?? 0, calmar: calmar(input, drawdown, missing) };
  if (drawdown === undefined) reasons.push(because('risk.drawdown', 'no_drawdown'));
  else if (drawdown.recovery === null) reasons.push(because('risk.drawdown_recovery', 'not_recovered'));
  if (returns.length < FEWEST_RETURNS) {
    reasons.push(tooFewReturns('risk.returns', returns.length, FEWEST_RETURNS));
    return { figures: { ...NO_STATISTICS, ...falls }, drawdown, reasons };
  }
  const sample = moments(returns);
  const figures = {
    ...spread(input, sample, missing),
    sharpe: sharpe(input, sample, reasons, missing),
    ...shortfalls(input, reasons, missing),
    ...falls,
    ...tails(input, sample, reasons, missing),
  };
  return { figures, drawdown, reasons };
}

const NO_STATISTICS = {
  mean_return: null,
  volatility: null,
  downside_deviation: null,
  sharpe: null,
  sortino: null,
  skewness: null,
  excess_kurtosis: null,
  var_historical: null,
  var_parametric: null,
  var_cornish_fisher: null,
  es_historical: null,
  es_parametric: null,
  es_cornish_fisher: null,
};

function calmar({ twrAnnualized }: RiskInput, drawdown: Drawdown | undefined, missing: Missing) {
  if (twrAnnualized === null) return missing('calmar', 'below_one_year');
  return drawdown === undefined ? missing('calmar', 'no_drawdown') : twrAnnualized / -drawdown.depth;
}

/** Means are annualised by the returns per year, deviations by the root of it. */
function spread({ perYear }: RiskInput, sample: Moments, missing: Missing) {
  return {
    mean_return: sample.mean * perYear,
    volatility: sample.deviation * Math.sqrt(perYear),
    skewness: sample.skewness ?? missing('skewness', 'no_variation'),
    excess_kurtosis: sample.excessKurtosis ?? missing('excess_kurtosis', 'no_variation'),
  };
}

/** What was earned over the riskless rate, for the deviation of it. */
function sharpe(
  { returns, riskless, perYear }: RiskInput,
  sample: Moments,
  reasons: RiskReason[],
  missing: Missing,
) {
  if (typeof riskless === 'number') {
    reasons.push(unknownRate('risk.sharpe', riskless));
    return null;
  }
  const { mean, deviation } = riskless ? moments(excessOver(returns, riskless)) : sample;
  return deviation === 0 ? missing('sharpe', 'no_variation') : (mean / deviation) * Math.sqrt(perYear);
}

/** What fell short of the minimum acceptable return, and what was earned over it for that. */
function shortfalls(input: RiskInput, reasons: RiskReason[], missing: Missing) {
  const { returns, riskless, acceptable = riskless, perYear } = input;
  if (typeof acceptable === 'number') {
    for (const figure of ['downside_deviation', 'sortino'])
      reasons.push(unknownRate(`risk.${figure}`, acceptable));
    return { downside_deviation: null, sortino: null };
  }
  const excess = excessOver(returns, acceptable);
  const shortfall = downsideDeviation(excess) * Math.sqrt(perYear);
  return {
    downside_deviation: shortfall,
    sortino: shortfall === 0 ? missing('sortino', 'no_shortfall') : (mean(excess) * perYear) / shortfall,
  };
}

function tails(input: RiskInput, ofOne: Moments, reasons: RiskReason[], missing: Missing) {
  const { confidence, horizon = 1 } = input;
  const returns = overHorizon(input.returns, horizon);
  const sample = sumOf(ofOne, horizon);
  const needed = returnsForTail(confidence);
  const historical = returns.length < needed ? undefined : historicalTail(returns.toSorted(), confidence);
  if (!historical)
    for (const figure of ['risk.var_historical', 'risk.es_historical'])
      reasons.push(tooFewReturns(figure, input.returns.length, needed + horizon - 1));
  const parametric = parametricTail(sample, confidence);
  const bent = cornishFisherTail(sample, confidence);
  const code = sample.skewness === null ? 'no_variation' : 'not_monotone';
  return {
    var_historical: historical?.valueAtRisk ?? null,
    es_historical: historical?.expectedShortfall ?? null,
    var_parametric: parametric.valueAtRisk,
    es_parametric: parametric.expectedShortfall,
    var_cornish_fisher: bent ? bent.valueAtRisk : missing('var_cornish_fisher', code),
    es_cornish_fisher: bent ? bent.expectedShortfall : missing('es_cornish_fisher', code),
  };
}
