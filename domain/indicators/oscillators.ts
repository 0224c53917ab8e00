/**
 * Indicators of pace and of where the price stands in its range.
 *
 * Of a range of nothing, the price is in its middle: 50 of a hundred.
 */
import { type Formula, nested, windowFormula } from './formula.ts';
import type { IndicatorBar, IndicatorState } from './model.ts';
import { createColumn, type Past } from './past.ts';
import { wilder } from './smoothing.ts';
import { windowHighest, windowLowest, windowMean } from './windows.ts';

/** Wilder's: gains and losses from close to close, each smoothed by 1/period; the gains' part of both. */
export function rsi(period: number, state?: IndicatorState): Formula {
  const gains = wilder(period, nested(state, 0));
  const losses = wilder(period, nested(state, 1));
  return {
    depth: { close: 1 },
    peek(past, bar) {
      if (past.close.size === 0) return [null];
      const change = changeOf(past, bar, 1);
      const gain = gains.peek(Math.max(change, 0));
      const loss = losses.peek(Math.max(-change, 0));
      if (gain === null || loss === null) return [null];
      return [gain + loss === 0 ? 50 : 100 * (gain / (gain + loss))];
    },
    push(past, bar) {
      if (past.close.size === 0) return;
      const change = changeOf(past, bar, 1);
      gains.push(Math.max(change, 0));
      losses.push(Math.max(-change, 0));
    },
    state: () => [gains.state(), losses.state()],
  };
}

/** By how much the close differs from that of `period` bars ago. */
export function momentum(period: number): Formula {
  return windowFormula({ close: period }, (past, bar) => [
    past.close.size < period ? null : changeOf(past, bar, period),
  ]);
}

/** The same in per cent of that close. */
export function rateOfChange(period: number): Formula {
  return windowFormula({ close: period }, (past, bar) => {
    if (past.close.size < period) return [null];
    const before = past.close.data[past.close.end - period]!;
    return [before === 0 ? null : ((bar.close - before) / before) * 100];
  });
}

/** Lane's %K before smoothing, less a hundred: 0 at the highest of `period` bars, -100 at the lowest. */
export function williamsR(period: number): Formula {
  return windowFormula({ high: period - 1, low: period - 1 }, (past, bar) => [
    past.high.size < period - 1 ? null : placeInRange(past, bar, period) - 100,
  ]);
}

/** Lane's, slow: where the close stands in the range of `period` bars, its SMA (%K), and the SMA of that (%D). */
export function stochastic(period: number, smooth: number, signal: number, state?: IndicatorState): Formula {
  const places = createColumn(smooth - 1, nested(state, 0));
  const means = createColumn(signal - 1, nested(state, 1));

  function percentK(past: Past, bar: IndicatorBar): number | null {
    if (past.high.size < period - 1 || places.size < smooth - 1) return null;
    return windowMean(places, placeInRange(past, bar, period), smooth);
  }

  return {
    depth: { high: period - 1, low: period - 1 },
    peek(past, bar) {
      const k = percentK(past, bar);
      return [k, k === null || means.size < signal - 1 ? null : windowMean(means, k, signal)];
    },
    push(past, bar) {
      const k = percentK(past, bar);
      if (k !== null) means.add(k);
      if (past.high.size >= period - 1) places.add(placeInRange(past, bar, period));
    },
    state: () => [places.state(), means.state()],
  };
}

/** 0 at the lowest, 100 at the highest of the last `period` bars. */
function placeInRange(past: Past, bar: IndicatorBar, period: number): number {
  const highest = windowHighest(past.high, bar.high, period);
  const lowest = windowLowest(past.low, bar.low, period);
  return highest === lowest ? 50 : 100 * ((bar.close - lowest) / (highest - lowest));
}

function changeOf(past: Past, bar: IndicatorBar, bars: number): number {
  return bar.close - past.close.data[past.close.end - bars]!;
}
