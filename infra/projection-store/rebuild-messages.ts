/** What the threads of a rebuild say to each other. */
import type { Slot } from '../../projections/generation.ts';

export interface WorkerSettings {
  readonly url: string;
  readonly slot: Slot;
}

/** One partition; without, there are no more. */
export interface ToWorker {
  readonly portfolioNos?: readonly number[];
}

export type FromWorker =
  | { readonly type: 'rows'; readonly rows: number }
  | { readonly type: 'done'; readonly portfolios: number; readonly keys: number }
  | { readonly type: 'failed'; readonly message: string };
