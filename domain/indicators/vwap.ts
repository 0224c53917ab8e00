/** The average price of a session, each bar's typical price weighed by its volume. */
import { figure, type Formula } from './formula.ts';
import type { IndicatorBar, IndicatorState } from './model.ts';

/**
 * (high + low + close) / 3 of every bar since the session began. `null` outside sessions and until something
 * was traded in this one.
 */
export function vwap(state?: IndicatorState): Formula {
  let session = figure(state, 0);
  let average = figure(state, 1) ?? 0;
  let traded = figure(state, 2) ?? 0;

  // A mean that moves by each bar's part of the volume, not a quotient of two sums: it cannot outgrow them.
  function next(bar: IndicatorBar): { average: number; traded: number } {
    const goesOn = bar.session !== null && bar.session === session;
    const before = goesOn ? traded : 0;
    const total = before + bar.volume;
    if (bar.volume <= 0) return { average: goesOn ? average : 0, traded: before };
    const typical = bar.close + (bar.high - bar.close + (bar.low - bar.close)) / 3;
    if (before === 0) return { average: typical, traded: total };
    return { average: average + (typical - average) * (bar.volume / total), traded: total };
  }

  return {
    depth: {},
    peek(_past, bar) {
      if (bar.session === null) return [null];
      const result = next(bar);
      return [result.traded === 0 ? null : result.average];
    },
    push(_past, bar) {
      ({ average, traded } = next(bar));
      session = bar.session;
    },
    state: () => [session, average, traded],
  };
}
