/**
 * When a condition that holds raises an alert: as it becomes true, and again only after it has been false
 * by the margin of the rule.
 */
import type { AlertRule, Operator } from './condition.ts';

/**
 * `new`: nothing was seen yet that would arm a crossing; other conditions are as good as armed.
 * `raised`: it was true, and has not been false by the margin since.
 */
export type Phase = 'new' | 'armed' | 'raised';

export interface Arming {
  readonly phase: Phase;
  /** Unix milliseconds of the last raise. */
  readonly raisedAt: number | null;
}

export const NEW: Arming = { phase: 'new', raisedAt: null };

/** Both operands at one moment. */
export interface Observation {
  readonly left: number;
  readonly right: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** Older than the rule: it arms crossings, and raises nothing. */
  readonly past: boolean;
}

/** Operands that are no numbers neither raise nor arm. */
export function observe(
  { condition: { operator }, hysteresis, cooldownMs }: AlertRule,
  before: Arming,
  { left, right, at, past }: Observation,
): { readonly arming: Arming; readonly raised: boolean } {
  const same = { arming: before, raised: false };
  if (!Number.isFinite(left) || !Number.isFinite(right)) return same;
  const crossing = isCrossing(operator);
  // What a level was before there was a rule is nothing to it: the first that it sees may raise it.
  if (past && !crossing) return same;
  if (!holds(operator, left, right)) {
    const arms = before.phase === 'raised' ? isClear(operator, left, right, hysteresis) : true;
    return arms && before.phase !== 'armed' ? { arming: { ...before, phase: 'armed' }, raised: false } : same;
  }
  if (before.phase === 'raised' || (before.phase === 'new' && crossing)) return same;
  if (past) return { arming: { ...before, phase: 'raised' }, raised: false };
  if (cooldownMs > 0 && before.raisedAt !== null && at - before.raisedAt < cooldownMs)
    // A level that still holds afterwards is raised then; the moment of a crossing has gone by.
    return crossing ? { arming: { ...before, phase: 'raised' }, raised: false } : same;
  return { arming: { phase: 'raised', raisedAt: at }, raised: true };
}

export function isCrossing(operator: Operator): boolean {
  return operator === 'crosses_above' || operator === 'crosses_below';
}

function holds(operator: Operator, left: number, right: number): boolean {
  switch (operator) {
    case '>':
    case 'crosses_above':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
    case 'crosses_below':
      return left < right;
    case '<=':
      return left <= right;
  }
}

/** So that 70.1 less 70 makes 0.1. */
const ROUNDING = 1e-12;

/** Whether what does not hold is far enough from it. */
function isClear(operator: Operator, left: number, right: number, hysteresis: number): boolean {
  if (hysteresis === 0) return true;
  const upwards = operator === '>' || operator === '>=' || operator === 'crosses_above';
  const gone = upwards ? right - left : left - right;
  return gone >= hysteresis - ROUNDING * Math.max(Math.abs(left), Math.abs(right));
}
