/** Measures of how widely prices move: ranges, deviations, and the bands drawn around an average by them. */
import { type Formula, nested, windowFormula } from './formula.ts';
import type { IndicatorBar, IndicatorState } from './model.ts';
import { createColumn, type Past } from './past.ts';
import { exponential, wilder } from './smoothing.ts';
import { squaredDeviations, windowMean } from './windows.ts';

/** Of the population: squares of the distances divided by `period`. */
export function standardDeviation(period: number): Formula {
  return windowFormula({ close: period - 1 }, (past, bar) => [
    past.close.size < period - 1 ? null : populationDeviation(past, bar, period),
  ]);
}

/**
 * Bollinger's: the SMA and `width` population deviations around it; the bandwidth is their distance as a part
 * of the middle, %B is where the close stands between them, 0 at the lower and 1 at the upper one.
 */
export function bollinger(period: number, width: number): Formula {
  return windowFormula({ close: period - 1 }, (past, bar) => {
    if (past.close.size < period - 1) return [null, null, null, null, null];
    const middle = windowMean(past.close, bar.close, period);
    const reach = width * populationDeviation(past, bar, period);
    return [
      middle + reach,
      middle,
      middle - reach,
      middle === 0 ? null : (2 * reach) / middle,
      // Of a width of nothing, the price is in its middle.
      reach === 0 ? 0.5 : (bar.close - (middle - reach)) / (2 * reach),
    ];
  });
}

/** Wilder's: true ranges, the first of which needs a close before it, smoothed by 1/period. */
export function atr(period: number, state?: IndicatorState): Formula {
  const average = wilder(period, state);
  return {
    depth: { close: 1 },
    peek: (past, bar) => [past.close.size === 0 ? null : average.peek(trueRange(past, bar))],
    push(past, bar) {
      if (past.close.size > 0) average.push(trueRange(past, bar));
    },
    state: average.state,
  };
}

/** Keltner's as Raschke draws them: the EMA of closes, and `width` average true ranges around it. */
export function keltner(period: number, atrPeriod: number, width: number, state?: IndicatorState): Formula {
  const average = exponential(period, nested(state, 0));
  const range = atr(atrPeriod, nested(state, 1));
  return {
    depth: range.depth,
    peek(past, bar) {
      const middle = average.peek(bar.close);
      const reach = range.peek(past, bar)[0] ?? null;
      if (middle === null || reach === null) return [null, null, null];
      return [middle + width * reach, middle, middle - width * reach];
    },
    push(past, bar) {
      average.push(bar.close);
      range.push(past, bar);
    },
    state: () => [average.state(), range.state()],
  };
}

/**
 * Sample deviation of the last `period` logarithmic returns times the root of `perYear`, the number of bars
 * in a year: a part of one, 0.2 is twenty per cent.
 */
export function historicalVolatility(period: number, perYear: number): Formula {
  // Filled anew for every bar, and so no memory.
  const returns = createColumn(period - 1);
  return windowFormula({ close: period }, (past, bar) => {
    if (past.close.size < period) return [null];
    const { data, end } = past.close;
    const last = logReturn(data[end - 1]!, bar.close);
    for (let index = end - period + 1; index < end; index++)
      returns.add(logReturn(data[index - 1]!, data[index]!));
    return [Math.sqrt((squaredDeviations(returns, last, period) / (period - 1)) * perYear)];
  });
}

function populationDeviation(past: Past, bar: IndicatorBar, period: number): number {
  return Math.sqrt(squaredDeviations(past.close, bar.close, period) / period);
}

function trueRange(past: Past, bar: IndicatorBar): number {
  const before = past.close.data[past.close.end - 1]!;
  return Math.max(bar.high, before) - Math.min(bar.low, before);
}

/** Nothing when a price of zero is on either side of it. */
function logReturn(before: number, after: number): number {
  return before > 0 && after > 0 ? Math.log(after / before) : 0;
}
