/** What taking ticks in needs of the database, and what it tells of them. */
import type { Tick } from '../../domain/market/tick.ts';
import type { Batch, DeadLetter } from '../../domain/messages.ts';
import type { Snapshot, Tier } from './model.ts';

/** A tick that became the newest of its symbol. */
export interface FreshTick {
  readonly symbolNo: number;
  readonly symbol: string;
  readonly price: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/** What became of the ticks of one transaction. */
export interface TickOutcome {
  readonly status: 'taken';
  /** Became the newest of their symbols. */
  readonly accepted: number;
  /** Were older than the newest: they are in the bars of their own time and nowhere else. */
  readonly late: number;
  /** Were there already, word for word, and changed nothing. */
  readonly repeated: number;
  /** The prices as they changed, in order: one for each accepted tick. */
  readonly changes: readonly Snapshot[];
  /** Bars that were begun or amended. */
  readonly bars: Readonly<Record<Tier, number>>;
  /** What became of each tick, in the order given. */
  readonly verdicts: readonly TickVerdict[];
}

export type TickVerdict = 'accepted' | 'late' | 'repeated';

export type TakeResult =
  | TickOutcome
  /** The stored offset is not the one the batch expects: nothing was done. */
  | { readonly status: 'fenced' }
  /** The database does not take what is in the ticks, however often it is tried: nothing was done. */
  | { readonly status: 'refused'; readonly reason: string };

/** A batch of messages: its offset and dead letters are committed together with the ticks. */
export interface TickBatch {
  readonly batch: Batch;
  readonly deadLetters: readonly DeadLetter[];
}

export interface TickStore {
  /**
   * Takes ticks in, in one transaction: the ticks themselves, current prices, bars.
   * @throws when the database fails; whether it was committed is then open, and trying again finds out.
   */
  take(ticks: readonly Tick[], kafka?: TickBatch): Promise<TakeResult>;
}
