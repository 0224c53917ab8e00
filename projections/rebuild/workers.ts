/** The port to the threads that fold partitions of a rebuild. */
import type { Slot } from '../generation.ts';

export interface FoldOptions {
  /** Told of the day rows written, now and then. */
  readonly onRows: (rows: number) => void;
  /** A partition is done, and stays done whatever happens. */
  readonly onDone: (portfolios: number, keys: number) => void;
  /** Ends the work early: what is not done is left undone, and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface FoldWorkers {
  /** Folds the partitions, each once, in the order given, several at a time. */
  fold(slot: Slot, partitions: readonly (readonly number[])[], options: FoldOptions): Promise<void>;
}
