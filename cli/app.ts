/**
 * What the commands need of the program. `wiring.ts` builds it; a test may hand in another one.
 */
import type { CommandHandler } from '../commands/handler/handler.ts';
import type { Instant } from '../domain/dates.ts';
import type { EventLog } from '../domain/log.ts';
import type { Queries } from '../projections/queries/queries.ts';
import type { Projections } from '../projections/service.ts';

export interface DatabaseFacts {
  /** Such as `PostgreSQL 18.4`. */
  readonly server: string;
  readonly embedded: boolean;
  /** The connection string with its password, for psql. */
  readonly url: string;
  /** The schema's version, and the migrations this start applied. */
  readonly schemaVersion: number;
  readonly applied: readonly string[];
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
  /** The time of day. */
  readonly now: () => Instant;
  /** Serves HTTP until closed. */
  listen(): Promise<Listening>;
  close(): Promise<void>;
}

export type Role = 'serve' | 'cli';

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
  open(options: { readonly role: Role }): Promise<App>;
}

/** Reads the environment. Throws an error with one line naming what is wrong. */
export type Configure = (env: Readonly<Record<string, string | undefined>>) => Configured;
