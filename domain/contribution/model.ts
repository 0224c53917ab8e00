/**
 * The vocabulary of contributions: what a part of a portfolio gained, by cause, and what that adds to the
 * return of the whole. Formulas: docs/methodology.md.
 */
import { add, multiply, subtract, ZERO, type Decimal } from '../decimal.ts';
import type { ReturnOptions } from '../returns/model.ts';

/**
 * A gain by cause. Fees and taxes are positive when they cost something:
 * `gain = price + currency + income − fees − taxes`.
 */
export interface Causes {
  readonly price: Decimal;
  readonly currency: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
}

export const CAUSES = ['price', 'currency', 'income', 'fees', 'taxes'] as const;

/** The causes that take away. */
export const COSTS: ReadonlySet<keyof Causes> = new Set(['fees', 'taxes']);

export const NO_CAUSES: Causes = { price: ZERO, currency: ZERO, income: ZERO, fees: ZERO, taxes: ZERO };

export function totalOf({ price, currency, income, fees, taxes }: Causes): Decimal {
  return subtract(subtract(add(add(price, currency), income), fees), taxes);
}

export function addCauses(a: Causes, b: Causes): Causes {
  return {
    price: add(a.price, b.price),
    currency: add(a.currency, b.currency),
    income: add(a.income, b.income),
    fees: add(a.fees, b.fees),
    taxes: add(a.taxes, b.taxes),
  };
}

export function scaleCauses(causes: Causes, factor: Decimal): Causes {
  return {
    price: multiply(causes.price, factor),
    currency: multiply(causes.currency, factor),
    income: multiply(causes.income, factor),
    fees: multiply(causes.fees, factor),
    taxes: multiply(causes.taxes, factor),
  };
}

/** What counts under the options: costs that are added back have cost nothing. */
export function counted(causes: Causes, { basis, taxes }: ReturnOptions): Causes {
  return {
    ...causes,
    ...(basis === 'gross' ? { fees: ZERO } : {}),
    ...(taxes === 'before' ? { taxes: ZERO } : {}),
  };
}

/** A gain whose currency part is what the other causes leave of it. */
export function causesOf(gain: Decimal, known: Omit<Causes, 'currency'>): Causes {
  return { ...known, currency: subtract(gain, totalOf({ ...known, currency: ZERO })) };
}
