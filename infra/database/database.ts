/**
 * The PostgreSQL driver behind the few operations the adapters need: statements, transactions, COPY.
 *
 * Values arrive as: int8 number (it throws beyond 2^53), numeric string, date `YYYY-MM-DD`,
 * timestamptz `Instant`, json parsed. Sessions run in UTC.
 */
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { redactor, withSessionSettings } from './connection-url.ts';
import { databaseError, isRetryable } from './errors.ts';
import type { Database, TransactionOptions } from './queryable.ts';
import { statementOf } from './statement.ts';
import { rowsOf, runTransaction } from './transaction.ts';
import { typeParsers } from './types.ts';

export type { Database, DatabaseTransaction, PoolStats, Queryable, TransactionOptions } from './queryable.ts';
export { DatabaseError, isRetryable } from './errors.ts';
export type { DatabaseErrorCode } from './errors.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** For instance `gen_a,public`. */
  readonly searchPath?: string;
  readonly applicationName?: string;
  /** The longest a statement may run, in milliseconds; without limit by default. */
  readonly statementTimeoutMs?: number;
  /** The longest a caller waits for a connection, in milliseconds, 30 s by default. */
  readonly connectTimeoutMs?: number;
  /** Told of every statement outside transactions and of every whole transaction. */
  readonly onQuery?: (observation: QueryObservation) => void;
}

export interface QueryObservation {
  readonly kind: 'statement' | 'transaction';
  readonly seconds: number;
  readonly ok: boolean;
}

/** Opens a pool. Nothing connects before the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const redact = redactor(options.url);
  const pool = createPool(options, redact);

  async function observed<T>(kind: QueryObservation['kind'], run: () => Promise<T>): Promise<T> {
    const started = performance.now();
    let ok = false;
    try {
      const result = await run();
      ok = true;
      return result;
    } finally {
      options.onQuery?.({ kind, seconds: (performance.now() - started) / 1000, ok });
    }
  }

  return {
    query: <R extends object>(text: string, values?: readonly unknown[]) =>
      observed('statement', async () => {
        try {
          return rowsOf(await pool.query<R>(statementOf(text, values)));
        } catch (error) {
          throw databaseError(error, redact);
        }
      }),
    transaction: (work, transactionOptions = {}) =>
      observed('transaction', () =>
        retrying(transactionOptions, () => runTransaction(pool, work, transactionOptions, redact)),
      ),
    poolStats: () => ({
      totalCount: pool.totalCount,
      idleCount: pool.idleCount,
      waitingCount: pool.waitingCount,
    }),
    close: async () => {
      if (!pool.ending) await pool.end();
    },
  };
}

function createPool(options: DatabaseOptions, redact: (text: string) => string): pg.Pool {
  const settings = {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    // Tables grow by orders of magnitude and arrays differ as much: a plan that was kept from when they
    // were small would be a bad one for good. Statements are prepared to be parsed once, not planned once.
    plan_cache_mode: 'force_custom_plan',
    // A restatement may unpack as many rows of the columnstore as it has to; the server's limit would refuse
    // a price that many portfolios hold. Without TimescaleDB the setting is a name that nobody reads.
    'timescaledb.max_tuples_decompressed_per_dml_transaction': '0',
    ...(options.searchPath === undefined ? {} : { search_path: options.searchPath }),
    ...(options.statementTimeoutMs === undefined
      ? {}
      : { statement_timeout: String(options.statementTimeoutMs) }),
  };
  try {
    const pool = new pg.Pool({
      connectionString: withSessionSettings(options.url, settings),
      max: options.maxConnections,
      types: typeParsers,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 30_000,
      keepAlive: true,
      application_name: options.applicationName ?? 'chronofolio',
    });
    // An idle connection that is lost leaves the pool by itself; the next statement opens another.
    pool.on('error', () => undefined);
    return pool;
  } catch (error) {
    throw databaseError(error, redact);
  }
}

async function retrying<T>(options: TransactionOptions, attempt: () => Promise<T>): Promise<T> {
  const retries = options.retries ?? 0;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures >= retries || !isRetryable(error)) throw error;
      // Full jitter: two transactions that met once should not meet again in step.
      await delay(Math.random() * Math.min(500, 10 * 2 ** failures));
    }
  }
}
