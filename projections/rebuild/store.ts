/** The port through which a rebuild fills an idle generation, and verification reads one. */
import type { Day } from '../../domain/dates.ts';
import type { RegisterChanges } from '../register/model.ts';
import type { DiscrepancyRow, KeyStretch, KeyStateRow, PendingRow } from '../fold/store.ts';
import type { KeyRef, MarkRow, StoredDay, StoredHistory, StoredPortfolioDay } from '../fold/model.ts';

/** Tables that are streamed row by row while the fold runs. */
export type StreamedTable =
  | 'position_history'
  | 'daily_position_snapshots'
  | 'position_timeseries'
  | 'portfolio_timeseries'
  | 'fold_checkpoints';

/** One open `COPY`. */
export interface RowSink {
  /** One line in the table's column order, newline-terminated; a promise when there is no room for more yet. */
  write(line: string): Promise<void> | void;
  close(): Promise<void>;
}

export interface BulkPortfolioState {
  readonly portfolioNo: number;
  readonly epoch: number;
  readonly firstDay: Day | null;
  readonly horizon: Day | null;
  readonly completeThrough: Day | null;
  readonly checksum: bigint;
}

export interface BulkStates {
  readonly keys: readonly KeyStateRow[];
  readonly portfolios: readonly BulkPortfolioState[];
  readonly pending: readonly PendingRow[];
  readonly discrepancies: readonly DiscrepancyRow[];
}

export interface RebuildStore {
  /** Empties the generation and takes its keys off; it must be idle. Excludes every other rebuild until released. */
  begin(): Promise<{ release(): Promise<void> }>;
  writeFacts(facts: RegisterChanges): Promise<void>;
  open(table: StreamedTable): RowSink;
  writeStates(states: BulkStates): Promise<void>;
  /** Puts the keys on, gathers statistics and sets the checkpoint. */
  finish(position: number): Promise<void>;
  /** Epochs of keys (security number 0: of portfolios) by id, to number the next ones. */
  epochs(): Promise<{ portfolioId: string; securityId: string | null; epoch: number }[]>;
  /** Takes over the audit of epochs from the other generation. */
  inheritAudit(rebuiltKeys: number, position: number): Promise<void>;
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
}
