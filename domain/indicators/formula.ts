/** What an indicator is made of: a formula over the last bars and, where it needs one, a memory of its own. */
import type { IndicatorBar, IndicatorState } from './model.ts';
import type { Depth, Past } from './past.ts';

export type Figure = number | null;

export interface Formula {
  readonly depth: Depth;
  /** Its outputs, in the order of the catalogue, if `bar` came next. Changes nothing. */
  peek(past: Past, bar: IndicatorBar): readonly Figure[];
  /** Remembers `bar`, which `past` does not hold yet. */
  push(past: Past, bar: IndicatorBar): void;
  /** What it remembers besides the past. */
  state(): IndicatorState;
}

/** A formula over a window alone: the same window gives the same figures, whatever came before it. */
export function windowFormula(depth: Depth, peek: Formula['peek']): Formula {
  return { depth, peek, push: () => undefined, state: () => [] };
}

/** Of a nested state; empty when there is none. */
export function nested(state: IndicatorState | undefined, index: number): IndicatorState | undefined {
  const part = state?.[index];
  return Array.isArray(part) ? (part as IndicatorState) : undefined;
}

/** Of a flat state. */
export function figure(state: IndicatorState | undefined, index: number): Figure {
  const part = state?.[index];
  return typeof part === 'number' ? part : null;
}
