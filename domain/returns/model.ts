/**
 * The vocabulary of the returns: the daily values they are computed from, the conventions a caller may
 * choose, and the words in which a figure states its quality. Formulas: docs/methodology.md.
 */
import { format, round, type Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';

/** Decimal places to which a quotient of two amounts is taken, and at which a published index is kept. */
export const RETURN_SCALE = 20;
/** Decimal places of a return, rate or index in a reply. */
export const FRACTION_SCALE = 12;

/**
 * A day of a portfolio, group or position, in one currency. Flows are positive when value enters.
 * `bodCashflow` is in the day's opening capital, `eodCashflow` leaves or enters at its end. Market values
 * are net of `fees` and `taxes`, which are positive when they cost something.
 */
export interface ReturnDay {
  readonly day: Day;
  readonly bodMarketValue: Decimal;
  readonly bodCashflow: Decimal;
  readonly eodCashflow: Decimal;
  readonly eodMarketValue: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  /** A value of the day rests on a trade price or on an old close. */
  readonly estimated: boolean;
  /** The day may still change in place. */
  readonly open: boolean;
}

/** `in-begin-out-end` takes the flows as the rows store them; the others move them all to one end. */
export type ReturnFlowTiming = 'in-begin-out-end' | 'begin' | 'end';
export type Basis = 'net' | 'gross';
export type TaxTreatment = 'after' | 'before';

export interface ReturnOptions {
  /** `gross` adds the fees back. */
  readonly basis: Basis;
  /** `before` adds the taxes back. */
  readonly taxes: TaxTreatment;
  readonly flowTiming: ReturnFlowTiming;
}

export const DEFAULT_RETURN_OPTIONS: ReturnOptions = {
  basis: 'net',
  taxes: 'after',
  flowTiming: 'in-begin-out-end',
};

/** The values of the query parameter `flow_timing`. */
export const FLOW_TIMINGS = {
  default: 'in-begin-out-end',
  begin: 'begin',
  end: 'end',
} as const satisfies Record<string, ReturnFlowTiming>;

/** How far a figure can be relied on; where several apply, the last of this list is given. */
export type Quality = 'final' | 'open_day' | 'estimated';

export function qualityOf(estimated: boolean, open: boolean): Quality {
  return estimated ? 'estimated' : open ? 'open_day' : 'final';
}

/** A fraction as replies show it: half-even to 12 places, canonical text. `null` stays `null`. */
export function formatFraction(value: Decimal): string;
export function formatFraction(value: Decimal | null): string | null;
export function formatFraction(value: Decimal | null): string | null {
  return value === null ? null : format(round(value, FRACTION_SCALE));
}
