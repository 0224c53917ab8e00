/** Returns beside those of a benchmark over the same days. */
import type { Day } from '../dates.ts';
import { covariance, mean, moments, settled } from './moments.ts';
import { because, unknownRate, type RiskReason } from './remarks.ts';

export const RELATIVE_FIGURES = [
  'active_return',
  'tracking_error',
  'information_ratio',
  'beta',
  'alpha',
  'correlation',
  'r_squared',
  'up_capture',
  'down_capture',
  'hit_rate',
] as const;
export type RelativeFigure = (typeof RELATIVE_FIGURES)[number];

export interface RelativeRisk {
  readonly figures: Readonly<Record<RelativeFigure, number | null>>;
  readonly reasons: readonly RiskReason[];
}

/**
 * Lists of the same length, of at least two. `riskless` is nothing where no rate was asked for, and a day where
 * that day has none.
 */
export function relativeRisk(
  returns: Float64Array,
  benchmark: Float64Array,
  riskless: Float64Array | Day | undefined,
  perYear: number,
): RelativeRisk {
  const reasons: RiskReason[] = [];
  const missing = (figure: RelativeFigure, code: Parameters<typeof because>[1]): null => {
    reasons.push(because(`relative.${figure}`, code));
    return null;
  };
  const over = returns.map((value, i) => value - benchmark[i]!);
  const active = moments(over);
  const trackingError = active.deviation * Math.sqrt(perYear);
  const up = capture(returns, benchmark, (value) => settled(value) > 0);
  const down = capture(returns, benchmark, (value) => settled(value) < 0);
  const figures = {
    active_return: active.mean * perYear,
    tracking_error: trackingError,
    information_ratio:
      trackingError === 0
        ? missing('information_ratio', 'no_variation')
        : (active.mean * perYear) / trackingError,
    ...line(returns, benchmark, riskless, perYear, reasons),
    up_capture: up ?? missing('up_capture', 'no_rising_returns'),
    down_capture: down ?? missing('down_capture', 'no_falling_returns'),
    // Where nothing but an exchange rate moved both, they differ in the last digits alone.
    hit_rate: over.filter((value) => settled(value) > 0).length / returns.length,
  };
  return { figures, reasons };
}

/** The line through the returns over the riskless rate: own = alpha + beta · market. */
function line(
  returns: Float64Array,
  benchmark: Float64Array,
  riskless: Float64Array | Day | undefined,
  perYear: number,
  reasons: RiskReason[],
) {
  const names = ['beta', 'alpha', 'correlation', 'r_squared'] as const;
  const nothing = { beta: null, alpha: null, correlation: null, r_squared: null };
  if (typeof riskless === 'number') {
    for (const name of names) reasons.push(unknownRate(`relative.${name}`, riskless));
    return nothing;
  }
  const found = regression(excessOver(returns, riskless), excessOver(benchmark, riskless));
  const figures = found
    ? {
        beta: found.beta,
        alpha: found.alpha * perYear,
        correlation: found.correlation,
        r_squared: found.correlation === null ? null : found.correlation ** 2,
      }
    : nothing;
  for (const name of names)
    if (figures[name] === null) reasons.push(because(`relative.${name}`, 'no_variation'));
  return figures;
}

export function excessOver(returns: Float64Array, riskless: Float64Array | undefined): Float64Array {
  return riskless ? returns.map((value, i) => value - riskless[i]!) : returns;
}

/** Slope, intercept (of one return) and correlation of the line through the excess returns. */
function regression(own: Float64Array, market: Float64Array) {
  const [a, b] = [moments(own), moments(market)];
  if (b.deviation === 0) return null;
  const together = covariance(own, market);
  const beta = together / b.deviation ** 2;
  const correlation =
    a.deviation === 0 ? null : Math.min(Math.max(together / (a.deviation * b.deviation), -1), 1);
  return { beta, alpha: a.mean - beta * b.mean, correlation };
}

/** The geometric mean of the returns over that of the benchmark's, where the benchmark's are of one kind. */
function capture(
  returns: Float64Array,
  benchmark: Float64Array,
  counts: (value: number) => boolean,
): number | null {
  const chosen = [...benchmark.keys()].filter((i) => counts(benchmark[i]!));
  if (chosen.length === 0) return null;
  const average = (values: Float64Array) =>
    Math.expm1(mean(chosen.map((i) => Math.log1p(Math.max(values[i]!, -1)))));
  return average(returns) / average(benchmark);
}
