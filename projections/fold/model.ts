/** What the fold's driver passes around: keys, plans and rows, named by surrogate numbers. */
import type { BookSettings } from '../../domain/books/model.ts';
import type { Day, Instant } from '../../domain/dates.ts';
import type { CashMode, TransactionFields } from '../../domain/events.ts';
import type { Cause } from '../register/model.ts';

export interface KeyRef {
  readonly portfolioNo: number;
  readonly securityNo: number;
}

/** One text per key, for maps. */
export function keyOf(key: KeyRef): string {
  return `${key.portfolioNo}/${key.securityNo}`;
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function groupByKey<T extends KeyRef>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) push(groups, keyOf(row), row);
  return groups;
}

/** A portfolio locked for folding, as its last fold left it. */
export interface ClaimedPortfolio {
  readonly portfolioNo: number;
  readonly portfolioId: string;
  readonly settings: BookSettings;
  readonly cash: CashMode;
  readonly timeZone: string;
  readonly epoch: number;
  readonly firstDay: Day | null;
  /** Readers have seen days up to here; those before it are published, this one is open. */
  readonly horizon: Day | null;
  readonly completeThrough: Day | null;
  readonly checksum: bigint;
}

export interface MarkRow extends KeyRef {
  readonly dirtyId: number;
  readonly fromDay: Day;
  readonly throughDay: Day | null;
  readonly cause: Cause;
  readonly position: number;
}

export interface KeyRow extends KeyRef {
  readonly securityId: string;
  readonly currency: string;
  readonly isCash: boolean;
  readonly epoch: number;
  readonly failed: boolean;
  readonly firstDay: Day | null;
  /** Day rows have been made up to here. */
  readonly watermarkDay: Day | null;
  /** There may be rows to make after the watermark. */
  readonly open: boolean;
  /** The lowest version of the fold among its rows; 0 when it was never folded. */
  readonly foldVersion: number;
  readonly checksum: bigint;
}

/** What has to be folded of a key: its days from `fromDay` on, through `throughDay` unless that is open-ended. */
export interface KeyPlan extends KeyRef {
  readonly fromDay: Day;
  readonly throughDay: Day | null;
  /** The key's own transactions may have changed, hence its cash too. */
  readonly transactional: boolean;
  /** Write all rows of the stretch into a new epoch, changed or not. */
  readonly force: boolean;
  /** Put damaged rows right within their epoch; nothing else has changed. */
  readonly repair: boolean;
  readonly cause: Cause;
  readonly position: number;
}

/** The state of a key's fold after a transaction. */
export interface Checkpoint extends KeyRef {
  readonly at: Instant;
  readonly rank: number;
  readonly transactionId: string;
  readonly day: Day;
  /** How many transactions of the key were applied up to here. */
  readonly seq: number;
  /** As `encodeState` made it, or as JSON parsed from storage. */
  readonly state: unknown;
}

export interface TransactionRow extends KeyRef {
  /** As the fields may not even have it. */
  readonly transactionId: string;
  readonly fields: TransactionFields;
}

/** A current day row as stored; the texts are the canonical ones of `text.ts`. */
export interface StoredDay extends KeyRef {
  readonly day: Day;
  readonly epoch: number;
  readonly series: string;
  readonly snapshot: string;
}

export interface StoredHistory extends KeyRef {
  readonly transactionId: string;
  readonly day: Day;
  readonly epoch: number;
  readonly text: string;
}

export interface StoredPortfolioDay {
  readonly portfolioNo: number;
  readonly day: Day;
  readonly epoch: number;
  readonly text: string;
}
