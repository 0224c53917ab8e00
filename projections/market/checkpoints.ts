/**
 * Which states of the indicators are kept: that of the newest bar, and of older ones the fewer the older they
 * are. To do a bar of long ago again takes little more than the bars since then, and a symbol has as many
 * states as its number of bars has binary digits, about.
 */
import type { IndicatorState } from '../../domain/indicators/model.ts';

/** Only bars whose number this divides leave a state behind. */
const EVERY = 64;

/** A bar's number, counted from one, and when it began, in Unix milliseconds. */
export type Mark = readonly [ordinal: number, time: number];

/** What a checkpoint holds, as JSON. */
export interface Checkpoint {
  /** The bar after which the state was taken. */
  readonly at: Mark;
  /** Those kept before it, the oldest first; some may be gone since. */
  readonly earlier: readonly Mark[];
  readonly state: IndicatorState;
}

/** Whether the state of a bar is still kept when there are bars up to `newest`. Once not, never again. */
export function isKept(ordinal: number, newest: number): boolean {
  if (ordinal === newest) return true;
  if (ordinal % EVERY !== 0) return false;
  // The more often two divides the number, the longer it stays: two of each step at any time.
  let step = EVERY;
  while (ordinal % (2 * step) === 0) step *= 2;
  return newest - ordinal < 2 * step;
}
