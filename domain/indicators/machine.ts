/** Runs formulas over bars as they come: one past and one last bar for all of them. */
import { type Figure, figure, type Formula, nested } from './formula.ts';
import type { IndicatorBar, IndicatorState } from './model.ts';
import { createPast, deepest } from './past.ts';

/** Makes a formula, anew or as it was. */
export type FormulaFactory = (state?: IndicatorState) => Formula;

export interface Machine {
  /** The outputs of each formula. */
  update(bar: IndicatorBar): readonly (readonly Figure[])[];
  replace(bar: IndicatorBar): readonly (readonly Figure[])[];
  state(): IndicatorState;
}

/**
 * A formula takes a bar into its memory when the next one comes, so that the last one can still be replaced.
 * @param state what `state` gave of a machine of the same formulas
 */
export function createMachine(factories: readonly FormulaFactory[], state?: IndicatorState): Machine {
  const memories = nested(state, 1);
  const formulas = factories.map((create, index) => create(nested(memories, index)));
  const past = createPast(deepest(formulas.map((formula) => formula.depth)), nested(state, 0));
  let last = barOf(nested(state, 2));

  function replace(bar: IndicatorBar) {
    last = bar;
    return formulas.map((formula) => formula.peek(past, bar));
  }

  return {
    update(bar) {
      if (last !== undefined) {
        for (const formula of formulas) formula.push(past, last);
        past.add(last);
      }
      return replace(bar);
    },
    replace,
    state: () => [
      past.state(),
      formulas.map((formula) => formula.state()),
      last === undefined
        ? null
        : [last.time, last.open, last.high, last.low, last.close, last.volume, last.session],
    ],
  };
}

function barOf(state: IndicatorState | undefined): IndicatorBar | undefined {
  if (state === undefined) return undefined;
  const [time, open, high, low, close, volume] = state.map(Number);
  if (volume === undefined) return undefined;
  return {
    time: time!,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume,
    session: figure(state, 6),
  };
}
