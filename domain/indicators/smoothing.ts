/**
 * An average that gives the newest number a fixed share, begun with the plain mean of the first `count`.
 * Share 2/(n+1) makes it an EMA, share 1/n Wilder's smoothing.
 */
import { figure, type Figure } from './formula.ts';
import type { IndicatorState } from './model.ts';

export interface Smoothing {
  /** Its value if `next` came next; `null` while there are fewer than `count` numbers. */
  peek(next: number): Figure;
  push(next: number): void;
  state(): IndicatorState;
}

export function exponential(count: number, state?: IndicatorState): Smoothing {
  return smoothing(count, 2 / (count + 1), state);
}

export function wilder(count: number, state?: IndicatorState): Smoothing {
  return smoothing(count, 1 / count, state);
}

function smoothing(count: number, share: number, state: IndicatorState | undefined): Smoothing {
  // How many numbers it has seen, up to `count`, and their mean or the average that goes on from it.
  let seen = figure(state, 0) ?? 0;
  let average = figure(state, 1) ?? 0;

  // Written as a step towards the new number: equal numbers leave an average exactly where it is.
  function next(value: number): number {
    return average + (value - average) * (seen < count ? 1 / (seen + 1) : share);
  }

  return {
    peek: (value) => (seen + 1 < count ? null : next(value)),
    push(value) {
      average = next(value);
      if (seen < count) seen++;
    },
    state: () => [seen, average],
  };
}
