/**
 * Evaluation of a rule, one input after another. What comes out depends on the inputs and their order alone,
 * not on how they were batched: all that is remembered is in the state.
 */
import { createIndicator, restoreIndicator } from '../indicators/catalogue.ts';
import type { Indicator, IndicatorBar, IndicatorState } from '../indicators/model.ts';
import { NEW, observe } from './arming.ts';
import type { Arming } from './arming.ts';
import { indicatorsOf } from './condition.ts';
import type { AlertRule, Operand } from './condition.ts';

/** As JSON. */
export interface AlertState {
  readonly arming: Arming;
  /** Of the indicators of the condition; `null` as long as they have seen nothing. */
  readonly indicators: readonly IndicatorState[] | null;
}

export const NEW_STATE: AlertState = { arming: NEW, indicators: null };

export type AlertInput =
  | { readonly kind: 'price'; readonly price: number; readonly at: number }
  | {
      readonly kind: 'bar';
      readonly bar: IndicatorBar;
      /** The end of the bar, Unix milliseconds. */
      readonly at: number;
      /** It was there before the rule: nothing is raised for it. */
      readonly past?: boolean;
    };

export interface Raised {
  /** Of the left operand. */
  readonly value: number;
  readonly at: number;
}

export interface Evaluated {
  readonly state: AlertState;
  readonly raised?: Raised;
}

export interface Evaluator {
  take(input: AlertInput): Raised | undefined;
  state(): AlertState;
}

/** @param input of the kind that the rule watches; operands that it does not have are no numbers */
export function evaluate(rule: AlertRule, state: AlertState, input: AlertInput): Evaluated {
  const evaluator = createEvaluator(rule, state);
  const raised = evaluator.take(input);
  return { state: evaluator.state(), ...(raised ? { raised } : {}) };
}

/** For many inputs: indicators are restored once. */
export function createEvaluator(rule: AlertRule, before: AlertState): Evaluator {
  const { condition } = rule;
  const indicators = indicatorsOf(condition).map(({ type, params }, index) => {
    const state = before.indicators?.[index];
    return state === undefined ? createIndicator(type, params) : restoreIndicator(type, params, state);
  });
  const readers = readersOf([condition.left, condition.right], indicators);
  let arming = before.arming;
  let seen = before.indicators !== null;

  return {
    take(input) {
      seen ||= input.kind === 'bar';
      const [left = NaN, right = NaN] = readers.map((read) => read(input));
      const past = input.kind === 'bar' && input.past === true;
      const observed = observe(rule, arming, { left, right, at: input.at, past });
      arming = observed.arming;
      return observed.raised ? { value: left, at: input.at } : undefined;
    },
    state: () => ({ arming, indicators: seen ? indicators.map((indicator) => indicator.state()) : null }),
  };
}

type Reader = (input: AlertInput) => number;

/** Each takes its operand out of an input; NaN where there is none. Indicators are moved on by it. */
function readersOf(operands: readonly Operand[], indicators: readonly Indicator[]): Reader[] {
  let next = 0;
  return operands.map((operand): Reader => {
    switch (operand.kind) {
      case 'number':
        return () => operand.value;
      case 'price':
        return (input) => (input.kind === 'price' ? input.price : NaN);
      case 'bar':
        return (input) => (input.kind === 'bar' ? input.bar[operand.field] : NaN);
      case 'indicator': {
        const indicator = indicators[next++]!;
        return (input) => (input.kind === 'bar' ? (indicator.update(input.bar)[operand.output] ?? NaN) : NaN);
      }
    }
  });
}
