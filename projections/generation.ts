/** A generation of the read model, and the ports to reach the two that exist. */
import type { FoldStore } from './fold/store.ts';
import type { RegisterStore } from './register/store.ts';
import type { RebuildStore } from './rebuild/store.ts';

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

export interface Generation {
  readonly slot: Slot;
  readonly register: RegisterStore;
  readonly fold: FoldStore;
  readonly rebuild: RebuildStore;
  state(): Promise<ProjectionState>;
  /** Gathers the statistics that statements are planned by. */
  analyze(): Promise<void>;
  /** Marks keys to be folded again on an operator's order; returns how many. */
  order(scope: {
    portfolioId?: string;
    securityId?: string;
    fromDay: number;
    position: number;
  }): Promise<number>;
}

export interface Generations {
  active(): Promise<Slot>;
  of(slot: Slot): Generation;
  /**
   * Makes readers see `slot`, in one transaction that holds the active generation's checkpoint still.
   *
   * `catchUp` runs while it is held, on other connections: under a steady stream of events a slot that
   * caught up before would always be a few of them behind again.
   * @returns whether it happened: not when the slot is not level with the active one even so, or has
   * keys that cannot be folded.
   */
  flip(slot: Slot, catchUp: () => Promise<unknown>): Promise<boolean>;
}
