/** Reading the current prices; written with every batch of ticks. */
import type { Snapshot } from './model.ts';

export interface SnapshotStats {
  readonly totalSnapshots: number;
  /** When a snapshot was last written, ISO; `null` without any. */
  readonly latestUpdate: string | null;
}

export interface SnapshotReads {
  /** Those with the newest tick first. */
  all(): Promise<Snapshot[]>;
  one(symbol: string): Promise<Snapshot | undefined>;
  /** In the order asked, each once, without those that are unknown. */
  many(symbols: readonly string[]): Promise<Snapshot[]>;
  stats(): Promise<SnapshotStats>;
}

/**
 * Below zero when `a` is the older state of the same symbol, above zero when it is the newer one. Of ticks
 * of the same moment the one that arrived later is the newer; arrivals of a symbol are written one batch at
 * a time. Zero: the same state, or, where `sameTick` says no, two of one batch.
 */
export function compareSnapshots(
  a: Pick<Snapshot, 'timestamp' | 'updated_at'>,
  b: Pick<Snapshot, 'timestamp' | 'updated_at'>,
): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  return a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : 0;
}

/** Whether two states that compare as equal are one. */
export function sameTick(a: Snapshot, b: Snapshot): boolean {
  return a === b || (a.price === b.price && a.volume === b.volume && a.bid === b.bid && a.ask === b.ask);
}
