/** What an import takes and gives. */
import type { Instant } from '../../domain/dates.ts';
import type { EventLog, EventMetadata } from '../../domain/log.ts';
import type { ImportCommand } from './kinds.ts';

export type SourceKind = 'csv' | 'ndjson' | 'json';

/** A file, or whatever else can be read as one. */
export interface ImportSource {
  /** As it is named in reports. */
  readonly name: string;
  readonly kind: SourceKind;
  /** The command of every row; told by the names of the fields unless given. */
  readonly command?: ImportCommand;
  readonly read: () => AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
}

/** Something wrong with a row. */
export interface ImportProblem {
  readonly file: string;
  /** 1 for the first; of a JSON document, the ordinal of the entry. */
  readonly line: number;
  /** The field; empty when the whole row is meant. */
  readonly column: string;
  readonly rule: string;
  readonly message: string;
}

export type ImportPhase = 'reading' | 'resolving' | 'appending';

export interface ImportOptions {
  readonly log: EventLog;
  /** Now. */
  readonly clock: () => Instant;
  /** `import` is the source unless given. */
  readonly metadata?: Partial<EventMetadata>;
  /** Import the good rows of files that have bad ones. */
  readonly skipInvalid?: boolean;
  /**
   * The business date to advance to when the log has none yet: `latest` (the default) is the latest date
   * of an imported price, else of a transaction, but not after today. A date is always advanced to.
   */
  readonly advanceBusinessDate?: 'latest' | 'none' | { readonly date: string };
  /** Ghostfolio: pay each purchase that its cash cannot pay by a deposit of the shortfall (the default). */
  readonly funding?: boolean;
  readonly onProgress?: (progress: { readonly phase: ImportPhase; readonly rows: number }) => void;
}

/** What became of the rows of one command. */
export interface ImportCount {
  readonly rows: number;
  /** Rows whose facts are new. */
  readonly accepted: number;
  /** Rows that say what is known already. */
  readonly duplicates: number;
}

export type ImportCounts = { readonly [N in ImportCommand]?: ImportCount };

export interface ImportReport {
  /** Whether the facts are in the log now; also when there was nothing new to append. */
  readonly committed: boolean;
  /** All problems, in the order of the files, up to `MAX_PROBLEMS`. */
  readonly problems: readonly ImportProblem[];
  /** How many there are, those left out of the list included. */
  readonly problemCount: number;
  readonly counts: ImportCounts;
  readonly eventsAppended: number;
  /** Global position of the last event appended; the head of the log when there was none. */
  readonly position: number;
}

/** An import that has been read and judged, and not yet appended. */
export interface ImportPlan {
  readonly problems: readonly ImportProblem[];
  readonly problemCount: number;
  /** Events that would be appended if none of the transactions were known. */
  readonly events: number;
  /** Appends everything at once, unless there are problems and they are not to be skipped. */
  apply(): Promise<ImportReport>;
}

/** A file of a million bad rows is not told by a million sentences. */
export const MAX_PROBLEMS = 10_000;
