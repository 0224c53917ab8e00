/** Every indicator there is: its parameters, its outputs, how to make it and how much it needs to begin. */
import { createMachine, type FormulaFactory } from './machine.ts';
import type { Indicator, IndicatorState, IndicatorValue } from './model.ts';
import { type IndicatorParameter, RECIPES } from './recipes.ts';

export type { IndicatorParameter } from './recipes.ts';

export type IndicatorParams = Readonly<Record<string, number>>;

export interface IndicatorDefinition {
  readonly type: IndicatorType;
  readonly description: string;
  readonly parameters: readonly IndicatorParameter[];
  /** Keys of its values, `value` where there is one alone. */
  readonly outputs: readonly string[];
}

export type IndicatorType = keyof typeof RECIPES;

/** As many as a session may have: a day of minutes. */
const SESSION_BARS = 1_440;
const TYPES = Object.keys(RECIPES) as IndicatorType[];

/** The catalogue, by type. */
export const INDICATORS: readonly IndicatorDefinition[] = TYPES.map((type) => {
  const { description, parameters, outputs } = RECIPES[type];
  return { type, description, parameters, outputs };
});

export function isIndicatorType(text: string): text is IndicatorType {
  return Object.hasOwn(RECIPES, text);
}

/** The catalogue's entry of a type. */
export function indicatorDefinition(type: IndicatorType): IndicatorDefinition {
  return INDICATORS[TYPES.indexOf(type)]!;
}

export type IndicatorParamsResult =
  | { readonly ok: true; readonly params: IndicatorParams }
  /** `name` is the parameter that is wrong, or that the type does not have. */
  | { readonly ok: false; readonly name: string; readonly message: string };

/** Fills in the defaults and holds the others against their bounds. */
export function checkIndicatorParams(
  type: IndicatorType,
  params: Readonly<Record<string, number | undefined>> = {},
): IndicatorParamsResult {
  const { parameters } = RECIPES[type];
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && !parameters.some((parameter) => parameter.name === name)) {
      return { ok: false, name, message: `${type} has no parameter ${name}` };
    }
  }
  const complete: Record<string, number> = {};
  for (const { name, default: preset, min, max, whole } of parameters) {
    const value = params[name] ?? preset;
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      const kind = whole ? 'a whole number' : 'a number';
      return { ok: false, name, message: `${name} of ${type} must be ${kind} from ${min} to ${max}` };
    }
    complete[name] = value;
  }
  return { ok: true, params: complete };
}

/**
 * A new indicator that has seen no bar.
 * @throws RangeError on parameters that {@link checkIndicatorParams} refuses
 */
export function createIndicator(type: IndicatorType, params?: IndicatorParams): Indicator {
  return indicatorOf(type, params, undefined);
}

/** An indicator that goes on where the one that gave `state` was; its type and parameters are the same. */
export function restoreIndicator(
  type: IndicatorType,
  params: IndicatorParams | undefined,
  state: IndicatorState,
): Indicator {
  return indicatorOf(type, params, state);
}

/** How many bars it needs until every output has a value, the bar of that value included. */
export function warmUp(type: IndicatorType, params?: IndicatorParams): number {
  return RECIPES[type].warmUp(...argumentsOf(type, params));
}

/**
 * How many bars to give it so that its last value is the one it had over an endless series: what an average
 * began with weighs less than 10^-9 of it by then. Formulas over a window need no more than to warm up, those
 * of a session a day of minutes.
 */
export function settlingBars(type: IndicatorType, params?: IndicatorParams): number {
  const { warmUp: warm, keeps, ofSession } = RECIPES[type];
  if (ofSession) return SESSION_BARS;
  const values = argumentsOf(type, params);
  const kept = keeps?.(...values) ?? 0;
  const fading = kept <= 0 ? 0 : Math.ceil(Math.log(1e-9) / Math.log(kept));
  return warm(...values) + fading;
}

/** What the indicator is made of, for those who run several over the same bars. */
export function formulaFactory(type: IndicatorType, params?: IndicatorParams): FormulaFactory {
  return RECIPES[type].create(...argumentsOf(type, params));
}

function argumentsOf(type: IndicatorType, params: IndicatorParams | undefined): number[] {
  const checked = checkIndicatorParams(type, params);
  if (!checked.ok) throw new RangeError(checked.message);
  return RECIPES[type].parameters.map((parameter) => checked.params[parameter.name]!);
}

function indicatorOf(
  type: IndicatorType,
  params: IndicatorParams | undefined,
  state: IndicatorState | undefined,
): Indicator {
  const { outputs } = RECIPES[type];
  const machine = createMachine([formulaFactory(type, params)], state);

  function valueOf(figures: readonly (readonly (number | null)[])[]): IndicatorValue {
    return Object.fromEntries(outputs.map((output, index) => [output, figures[0]?.[index] ?? null]));
  }

  return {
    update: (bar) => valueOf(machine.update(bar)),
    replace: (bar) => valueOf(machine.replace(bar)),
    state: machine.state,
  };
}
