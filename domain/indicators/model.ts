/**
 * Technical indicators as streaming state machines. They are statistics: binary floats, which never come
 * back into the books.
 */

/** What an indicator looks at. Prices and volumes are numbers here. */
export interface IndicatorBar {
  /** Start of the bar, Unix milliseconds. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Names the trading session it belongs to; figures of a session begin anew when it changes. */
  readonly session: number | null;
}

/** By output, such as `macd`, `signal`, `histogram`; `null` as long as there are too few bars. */
export type IndicatorValue = Readonly<Record<string, number | null>>;

/** Everything that an indicator remembers, as JSON: small, and independent of how many bars it has seen. */
export type IndicatorState = readonly (number | null | IndicatorState)[];

export interface Indicator {
  /** Takes the next bar. */
  update(bar: IndicatorBar): IndicatorValue;
  /** Puts another bar in the place of the last one; nothing else of the past is looked at again. */
  replace(bar: IndicatorBar): IndicatorValue;
  /** Of everything up to the last bar. */
  state(): IndicatorState;
}
