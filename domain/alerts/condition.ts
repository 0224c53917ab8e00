/** What an alert watches: two operands and how the one must stand to the other. */
import type { IndicatorParams, IndicatorType } from '../indicators/catalogue.ts';

export const OPERATORS = ['>', '>=', '<', '<=', 'crosses_above', 'crosses_below'] as const;
export type Operator = (typeof OPERATORS)[number];

export const BAR_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
export type BarField = (typeof BAR_FIELDS)[number];

export type Operand =
  | { readonly kind: 'number'; readonly value: number }
  /** Of a tick. */
  | { readonly kind: 'price' }
  | { readonly kind: 'bar'; readonly field: BarField }
  | IndicatorOperand;

export interface IndicatorOperand {
  readonly kind: 'indicator';
  readonly type: IndicatorType;
  /** Complete, defaults included. */
  readonly params: IndicatorParams;
  readonly output: string;
}

export interface Condition {
  readonly left: Operand;
  readonly operator: Operator;
  readonly right: Operand;
}

export const INTERVALS = ['tick', '5min', '15min', '30min', '1h', '4h', '1day'] as const;
export type AlertInterval = (typeof INTERVALS)[number];

/** A rule as it is evaluated. */
export interface AlertRule {
  readonly condition: Condition;
  /** How far back it must go, in units of the left operand, before it can be raised again; zero or more. */
  readonly hysteresis: number;
  /** The least time between two raises, by the times of what is watched; zero or more. */
  readonly cooldownMs: number;
}

/** Operands that remember bars, the left one first. */
export function indicatorsOf({ left, right }: Condition): IndicatorOperand[] {
  return [left, right].filter((operand) => operand.kind === 'indicator');
}
