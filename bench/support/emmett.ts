/**
 * The parts of `@event-driven-io/emmett-postgresql` that a bench uses, from wherever BENCH_EMMETT says it is
 * installed: this project does not depend on it.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface EmmettEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: { readonly globalPosition: bigint };
}

interface EventStore {
  readonly schema: { migrate(): Promise<unknown> };
  appendToStream(streamName: string, events: readonly EmmettEvent[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Runs statements on a pool of the library's own. */
export interface EmmettPool {
  readonly execute: object;
  close(): Promise<void>;
}

interface BatchPuller {
  start(options: { readonly startFrom: 'BEGINNING' }): Promise<void>;
}

interface Consumer {
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface Emmett {
  getPostgreSQLEventStore(connectionString: string): EventStore;
  /** Its documented way of rebuilding: a transaction a batch, a handler call and a checkpoint an event. */
  rebuildPostgreSQLProjections(options: object): Consumer;
  /** What its consumers read by: hands over batches as they are. */
  postgreSQLEventStoreMessageBatchPuller(options: {
    readonly executor: object;
    readonly pullingFrequencyInMs: number;
    readonly batchSize: number;
    readonly stopWhen: { readonly noMessagesLeft: true };
    readonly signal: AbortSignal;
    readonly eachBatch: (events: readonly EmmettEvent[]) => Promise<void>;
  }): BatchPuller;
  storeProcessorCheckpoint(
    execute: object,
    options: {
      readonly processorId: string;
      readonly version: number;
      readonly newCheckpoint: bigint;
      readonly lastProcessedCheckpoint: bigint | null;
    },
  ): Promise<unknown>;
}

const FUNCTIONS: readonly (keyof Emmett)[] = [
  'getPostgreSQLEventStore',
  'rebuildPostgreSQLProjections',
  'postgreSQLEventStoreMessageBatchPuller',
  'storeProcessorCheckpoint',
];

function isEmmett(module: object): module is Emmett {
  return FUNCTIONS.every((name) => name in module);
}

function hasDumbo(module: object): module is { dumbo(options: { connectionString: string }): EmmettPool } {
  return 'dumbo' in module;
}

async function load(modules: string, ...path: string[]): Promise<object> {
  const loaded: unknown = await import(pathToFileURL(join(modules, ...path)).href);
  if (typeof loaded !== 'object' || loaded === null) throw new Error(`${path.join('/')} is no module`);
  return loaded;
}

/** @param modules the `node_modules` it is installed in */
export async function loadEmmett(
  modules: string,
): Promise<{ readonly emmett: Emmett; readonly openPool: (connectionString: string) => EmmettPool }> {
  const emmett = await load(modules, '@event-driven-io', 'emmett-postgresql', 'dist', 'index.js');
  const dumbo = await load(modules, '@event-driven-io', 'dumbo', 'dist', 'pg.js').catch(() =>
    load(modules, '@event-driven-io', 'dumbo', 'dist', 'index.js'),
  );
  if (!isEmmett(emmett) || !hasDumbo(dumbo))
    throw new Error(`${modules} holds a version of emmett-postgresql that this bench does not know`);
  return { emmett, openPool: (connectionString) => dumbo.dumbo({ connectionString }) };
}
