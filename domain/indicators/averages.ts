/** Moving averages of closes, and MACD, which is made of three of them. */
import { type Formula, nested, windowFormula } from './formula.ts';
import type { IndicatorState } from './model.ts';
import { exponential } from './smoothing.ts';
import { weightedMean, windowMean } from './windows.ts';

/** Arithmetic mean of the last `period` closes. */
export function sma(period: number): Formula {
  return windowFormula({ close: period - 1 }, (past, bar) => [
    past.close.size < period - 1 ? null : windowMean(past.close, bar.close, period),
  ]);
}

/** Linearly weighted: the newest close weighs `period`, the oldest one. */
export function wma(period: number): Formula {
  return windowFormula({ close: period - 1 }, (past, bar) => [
    past.close.size < period - 1 ? null : weightedMean(past.close, bar.close, period),
  ]);
}

/** Share 2/(period+1), begun with the SMA of the first `period` closes. */
export function ema(period: number, state?: IndicatorState): Formula {
  const average = exponential(period, state);
  return {
    depth: {},
    peek: (_past, bar) => [average.peek(bar.close)],
    push: (_past, bar) => average.push(bar.close),
    state: average.state,
  };
}

/**
 * Appel's: EMA `fast` less EMA `slow`; the signal is the EMA of that, the histogram the distance between.
 * Each of the three begins with the mean of its own first values.
 */
export function macd(fast: number, slow: number, smooth: number, state?: IndicatorState): Formula {
  const quick = exponential(fast, nested(state, 0));
  const steady = exponential(slow, nested(state, 1));
  const trigger = exponential(smooth, nested(state, 2));

  function line(close: number): number | null {
    const above = quick.peek(close);
    const below = steady.peek(close);
    return above === null || below === null ? null : above - below;
  }

  return {
    depth: {},
    peek(_past, bar) {
      const value = line(bar.close);
      const signal = value === null ? null : trigger.peek(value);
      return [value, signal, value === null || signal === null ? null : value - signal];
    },
    push(_past, bar) {
      const value = line(bar.close);
      if (value !== null) trigger.push(value);
      quick.push(bar.close);
      steady.push(bar.close);
    },
    state: () => [quick.state(), steady.state(), trigger.state()],
  };
}
