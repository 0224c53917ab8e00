/** A generation of the read model, and the ports to reach the two that exist. */
import type { FoldStore } from './fold/store.ts';
import type { Cause } from './register/model.ts';
import type { PruneStore } from './prune/store.ts';
import type { RegisterStore } from './register/store.ts';
import type { IdleGeneration, RebuildRuns } from './rebuild/runs.ts';
import type { RebuildStore } from './rebuild/store.ts';
import type { FoldWorkers } from './rebuild/workers.ts';
import type { GenerationChecks } from './verify/stored.ts';

export type Slot = 'gen_a' | 'gen_b';

export function otherSlot(slot: Slot): Slot {
  return slot === 'gen_a' ? 'gen_b' : 'gen_a';
}

export interface ProjectionState {
  /** Every event up to here is registered. */
  readonly position: number;
  /** The lowest position whose effect is not folded yet; null when everything registered is. */
  readonly oldestMark: number | null;
  /** Marks set by an operator and not folded yet. */
  readonly orders: number;
  readonly dirtyKeys: number;
  /** Keys that cannot be folded. */
  readonly failedKeys: number;
  /** The same, and the events of which it is not even known what keys they touch. */
  readonly quarantinedKeys: number;
  readonly pendingTransactions: number;
  /** Transactions whose sender computed another cost. */
  readonly costDiscrepancies: number;
  /** How many days the worst portfolio's last complete day is before its latest one. */
  readonly watermarkBehindDays: number;
  /** Portfolio-days made up to the horizon that are not complete, or come after one that is not. */
  readonly incompleteDays: number;
  /** The fold version of the rows; several while versions are mixed, none when nothing was folded. */
  readonly foldVersions: readonly number[];
}

/** Marks of one cause that wait to be folded. */
export interface QueuedWork {
  readonly cause: Cause;
  readonly portfolios: number;
  readonly keys: number;
  /** Age of the oldest of them, by the database's clock. */
  readonly oldestSeconds: number;
}

export interface Generation {
  readonly slot: Slot;
  readonly register: RegisterStore;
  readonly fold: FoldStore;
  readonly rebuild: RebuildStore;
  readonly checks: GenerationChecks;
  state(): Promise<ProjectionState>;
  /** How far it is, in one quick statement: as a whole, or for the portfolios given. */
  projected(portfolioIds?: readonly string[]): Promise<Pick<ProjectionState, 'position' | 'oldestMark'>>;
  queue(): Promise<QueuedWork[]>;
  /** Events of which it is not even known what portfolio they touch; the oldest ones. */
  rejected(limit: number): Promise<readonly { readonly position: number; readonly reason: string }[]>;
  /** Gathers the statistics that statements are planned by. */
  analyze(): Promise<void>;
  /** Marks keys to be folded again on an operator's order; returns how many. */
  order(order: KeyOrder): Promise<number>;
  /** How many keys that a rebuild ordered are not folded yet. */
  waiting(rebuildId: string): Promise<number>;
  /** Takes a rebuild's order back for the keys that are not folded yet; returns how many. */
  withdraw(rebuildId: string): Promise<number>;
  readonly prune: PruneStore;
  size(): Promise<GenerationSize>;
}

/** Which keys are to be folded again, and from which day on. */
export interface KeyOrder {
  readonly portfolioId?: string;
  readonly securityId?: string;
  readonly fromDay: number;
  readonly position: number;
  /** The rebuild that orders it, to be followed and taken back by. */
  readonly rebuildId?: string;
}

export interface GenerationSize {
  readonly portfolios: number;
  readonly keys: number;
  /** Of the four tables that readers see; an estimate of the server's. */
  readonly rows: number;
  /** All its tables and indexes on disk. */
  readonly bytes: number;
}

/** Held by one rebuild, rollback or prune at a time. */
export interface RebuildLock {
  release(): Promise<void>;
}

/** Why readers are to see another generation, for the audit, and what becomes of the one they saw. */
export interface FlipOrder {
  readonly cause: 'rebuild' | 'rollback';
  readonly rebuildId?: string;
  readonly who: string;
  /** How long the former generation is kept level, so that it can be flipped back to. */
  readonly retainHours: number;
  /** A former generation had them before: going back to it is better than nothing. */
  readonly tolerateQuarantined?: boolean;
}

export interface GenerationFlip {
  readonly from: Slot;
  readonly to: Slot;
  readonly cause: FlipOrder['cause'];
  readonly rebuildId: string | null;
  readonly position: number;
  /** How long the active generation was held still, in milliseconds. */
  readonly heldMs: number;
  readonly who: string;
  /** A UTC instant. */
  readonly flippedAt: string;
}

export interface Generations {
  active(): Promise<Slot>;
  of(slot: Slot): Generation;
  readonly runs: RebuildRuns;
  readonly workers: FoldWorkers;
  /**
   * Excludes every other rebuild, rollback and prune until released; rejects with `RebuildBusy` when one is
   * running. `what` such as `rollback by cli` is what the others are told then.
   */
  lock(what?: string): Promise<RebuildLock>;
  /** What the generation holds that readers do not see. */
  idle(): Promise<IdleGeneration>;
  /** The newest first. */
  flips(limit: number): Promise<readonly GenerationFlip[]>;
  /** How many there ever were, by cause, and how long the last one held the active generation. */
  flipTotals(): Promise<Readonly<Record<FlipOrder['cause'] | 'lastHeldMs', number>>>;
  /** Runs `work` while nothing can be registered into the active generation, with the position it stands at. */
  hold<T>(work: (position: number) => Promise<T>): Promise<T>;
  /**
   * Makes readers see `slot`, in one transaction that holds the active generation's checkpoint still.
   *
   * `catchUp` runs while it is held, on other connections: under a steady stream of events a slot that
   * caught up before would always be a few of them behind again.
   * @returns whether it happened: not when the slot is not level with the active one even so, or has
   * keys that cannot be folded.
   */
  flip(slot: Slot, catchUp: (target: number) => Promise<unknown>, order: FlipOrder): Promise<boolean>;
}
