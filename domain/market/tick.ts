/** A price at a moment, as a source tells it. */

/** Prices and volumes are whole numbers of this part of one: `numeric(20,8)` in the tables. */
export const UNIT_SCALE = 8;

export interface Tick {
  /** Upper-cased, a known exchange suffix removed. */
  readonly symbol: string;
  /** The exchange that the suffix named; `undefined` without one. */
  readonly exchange: string | undefined;
  /** Units of 10^-8, above zero. */
  readonly price: bigint;
  /** Unix milliseconds, whole. */
  readonly timestamp: number;
  /** Units of 10^-8, zero or more; the size of this trade, not of the day. */
  readonly volume: bigint | undefined;
  readonly bid: bigint | undefined;
  readonly ask: bigint | undefined;
}
