/**
 * What the commands need of the program. `wiring.ts` builds it; a test may hand in another one.
 */
import type { DeadLetterDesk, KafkaOperations } from '../commands/ingest/operations.ts';
import type { AccessKeys } from '../commands/access/keys.ts';
import type { CommandHandler } from '../commands/handler/handler.ts';
import type { Instant } from '../domain/dates.ts';
import type { EventLog } from '../domain/log.ts';
import type { SymbolBook } from '../projections/market/bars.ts';
import type { Queries } from '../projections/queries/queries.ts';
import type { Projections } from '../projections/service.ts';
import type { FeedTools } from './feed/tools.ts';

export interface DatabaseFacts {
  /** Such as `PostgreSQL 18.4`. */
  readonly server: string;
  readonly embedded: boolean;
  /** What of TimescaleDB is used: nothing, hypertables, or hypertables with a columnstore and policies. */
  readonly timescale: {
    readonly edition: 'none' | 'apache' | 'full';
    readonly version?: string;
    /** Why it is not used, where it might be. */
    readonly reason?: string;
  };
  /** The connection string with its password, for psql. */
  readonly url: string;
  /** The schema's version, and the migrations this start applied. */
  readonly schemaVersion: number;
  readonly applied: readonly string[];
}

/** What is known of the role that reads the schema `reporting`. */
export interface ReaderFacts {
  readonly role: string;
  readonly exists: boolean;
  /** `undefined` when this connection may not see it. */
  readonly hasPassword: boolean | undefined;
  /** -1 is none. */
  readonly connectionLimit: number | undefined;
  /** What its sessions start with, such as `statement_timeout=30s`. */
  readonly settings: readonly string[];
  readonly views: readonly string[];
}

export interface ReaderRole {
  facts(): Promise<ReaderFacts>;
  /** Sets the password, after making the role when it is missing. */
  setPassword(password: string): Promise<void>;
}

/** A server that answers; `url` is where. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

export interface App {
  readonly database: DatabaseFacts;
  readonly log: EventLog;
  readonly commands: CommandHandler;
  readonly queries: Queries;
  readonly projections: Projections;
  readonly reader: ReaderRole;
  readonly deadLetters: DeadLetterDesk;
  readonly keys: AccessKeys;
  readonly symbols: SymbolBook;
  /** The time of day. */
  readonly now: () => Instant;
  /** Starts what the role does and serves HTTP until closed. */
  serve(): Promise<Listening>;
  close(): Promise<void>;
}

export const SERVE_ROLES = ['all', 'api', 'positions', 'timeseries', 'market-data'] as const;
/** What a serving process does. */
export type ServeRole = (typeof SERVE_ROLES)[number];
/** `cli`: one command, and nothing that goes on by itself. */
export type Role = ServeRole | 'cli';

/** A variable of the environment as it is in effect; secrets are masked. */
export interface Setting {
  readonly variable: string;
  readonly value: string | undefined;
  readonly source: string;
}

/** A configuration that was read without complaint, and the program to be had with it. */
export interface Configured {
  readonly settings: readonly Setting[];
  readonly http: { readonly host: string; readonly port: number };
  /** How long to wait for the projections, and the basis points from which a restatement is material. */
  readonly projection: { readonly timeoutMs: number; readonly materialityBps: number };
  /** Absent: Kafka is off. */
  readonly kafka?: KafkaOperations;
  /** What feeds market data in. */
  readonly feeds: FeedTools;
  open(options: { readonly role: Role }): Promise<App>;
}

/** Reads the environment. Throws an error with one line naming what is wrong. */
export type Configure = (env: Readonly<Record<string, string | undefined>>) => Configured;
