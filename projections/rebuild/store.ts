/** The ports through which a rebuild fills an idle generation, and verification reads one. */
import type { Day } from '../../domain/dates.ts';
import type { KeyDifference, KeyPair } from '../diff/store.ts';
import type { DiscrepancyRow, KeyStretch, KeyStateRow, PendingRow } from '../fold/store.ts';
import type { KeyRef, MarkRow, StoredDay, StoredHistory, StoredPortfolioDay } from '../fold/model.ts';
import type { RegisterChanges, TransactionRecord } from '../register/model.ts';

/** One open `COPY`, fed line by line. */
export interface RowSink {
  /** One line in the table's column order, newline-terminated; a promise when there is no room for more yet. */
  write(line: string): Promise<void> | void;
  close(): Promise<void>;
  /** Ends it so that nothing of it stays. */
  abort(): Promise<void>;
}

/** One open `COPY`, written byte by byte into its own block: `bytes[at]` is the next one. */
export interface ByteSink {
  bytes: Uint8Array;
  at: number;
  /** Sees to it that so many bytes can follow; a promise when the server has to take some first. */
  reserve(bytes: number): Promise<void> | void;
  close(): Promise<void>;
}

/** Takes facts as they are resolved, while the log is read. */
export interface FactsWriter {
  transaction(record: TransactionRecord): Promise<void> | void;
  /** The first value of a security's day. */
  price(securityNo: number, day: Day, price: string): Promise<void> | void;
  /** What is known only at the end, later values of days among it; then the keys of the facts' tables. */
  finish(rest: FactsRest): Promise<void>;
  abort(): Promise<void>;
}

export type FactsRest = Omit<RegisterChanges, 'marks'>;

/** A few portfolios folded together, streamed row by row. What is not finished ends with its connections. */
export interface PartitionWriter {
  readonly series: ByteSink;
  readonly snapshots: ByteSink;
  finish(rest: PartitionRest): Promise<void>;
}

/** The lines of the smaller tables, and the states that tell that the portfolios are done. */
export interface PartitionRest {
  readonly history: readonly string[];
  readonly portfolioDays: readonly string[];
  readonly checkpoints: readonly string[];
  readonly keys: readonly KeyStateRow[];
  readonly portfolios: readonly BulkPortfolioState[];
  readonly pending: readonly PendingRow[];
  readonly discrepancies: readonly DiscrepancyRow[];
  readonly failures: readonly KeyFailure[];
}

export interface BulkPortfolioState {
  readonly portfolioNo: number;
  readonly epoch: number;
  readonly firstDay: Day | null;
  readonly horizon: Day | null;
  readonly completeThrough: Day | null;
  readonly checksum: bigint;
}

/** A key that could not be folded. */
export interface KeyFailure extends KeyRef {
  readonly reason: string;
  /** Of the transaction that the fold stopped at, where it was one. */
  readonly transactionId: string | null;
}

/** A portfolio still to be folded, with an estimate of the day rows it will have. */
export interface PortfolioToFold {
  readonly portfolioNo: number;
  readonly rows: number;
}

export interface RebuildStore {
  /** Empties the generation and takes its keys off; it must be idle. */
  begin(rebuildId: string): Promise<void>;
  /** Empties the generation for good and leaves it with its keys, holding nothing. */
  discard(): Promise<void>;
  openFacts(): FactsWriter;
  /** Portfolios without a state, in their order. */
  portfoliosToFold(): Promise<readonly PortfolioToFold[]>;
  /** Removes what a killed rebuild left behind of portfolios it had not done with. */
  sweep(portfolios: readonly PortfolioToFold[]): Promise<void>;
  failures(): Promise<
    readonly (KeyFailure & { readonly portfolioId: string; readonly securityId: string })[]
  >;
  /** Puts the keys on that are not there yet, one by one. */
  addKeys(onProgress: (done: number, total: number) => void): Promise<void>;
  /** Gathers statistics, takes over the audit of the other generation, and sets the checkpoint: from here on it can live. Once. */
  finish(position: number, rebuildId: string, knownAt: number | undefined): Promise<void>;
  /** Runs `work` on one snapshot of the generation. */
  snapshot<T>(work: (reader: GenerationReader) => Promise<T>): Promise<T>;
}

export interface StoredKey extends KeyRef {
  readonly portfolioId: string;
  readonly securityId: string;
  readonly failed: boolean;
  readonly firstDay: Day | null;
  readonly watermarkDay: Day | null;
  readonly checksum: bigint;
}

export interface GenerationReader {
  position(): Promise<number>;
  keys(): Promise<StoredKey[]>;
  portfolios(): Promise<{ portfolioNo: number; portfolioId: string; checksum: bigint }[]>;
  marks(portfolioNos: readonly number[]): Promise<MarkRow[]>;
  days(stretches: readonly KeyStretch[]): Promise<StoredDay[]>;
  history(stretches: readonly KeyStretch[]): Promise<StoredHistory[]>;
  portfolioDays(
    stretches: readonly { portfolioNo: number; from: Day; to: Day }[],
  ): Promise<StoredPortfolioDay[]>;
  /** Where keys differ from the other generation: one for each pair, in their order. */
  differences(pairs: readonly KeyPair[]): Promise<KeyDifference[]>;
}
