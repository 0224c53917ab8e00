import type pg from 'pg';
import { copyInto } from './copy.ts';
import { DatabaseError, databaseError } from './errors.ts';
import type { DatabaseTransaction, RowSource, TransactionOptions } from './queryable.ts';
import { statementOf } from './statement.ts';

type Redact = (text: string) => string;

/** The rows of a result; of the last one when the text held several statements. */
export function rowsOf<R extends object>(result: pg.QueryResult<R> | pg.QueryResult<R>[]): R[] {
  return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
}

function beginStatement({ isolation, readOnly }: TransactionOptions): string {
  const level = isolation === undefined ? '' : ` isolation level ${isolation}`;
  return `begin${level}${readOnly ? ' read only' : ''}`;
}

/**
 * Runs `work` between BEGIN and COMMIT on a connection from the pool, which gets it back whatever
 * happens, or is told to destroy it when its state is no longer known.
 */
export async function runTransaction<T>(
  pool: pg.Pool,
  work: (tx: DatabaseTransaction) => Promise<T>,
  options: TransactionOptions,
  redact: Redact,
): Promise<T> {
  const client = await connect(pool, redact);
  let broken = false;
  // Without a listener a connection lost between two statements would bring the process down.
  const onLost = () => {
    broken = true;
  };
  client.on('error', onLost);
  let over = false;
  try {
    await execute(client, beginStatement(options), undefined, redact);
    const tx: DatabaseTransaction = {
      query: async <R extends object>(text: string, values?: readonly unknown[]) => {
        refuseWhen(over);
        return execute<R>(client, text, values, redact);
      },
      copyIn: async (statement, chunks) => {
        refuseWhen(over);
        return copyRows(client, statement, chunks, redact);
      },
      together: async (work) => {
        refuseWhen(over);
        return pipelined(client, work);
      },
    };
    const result = await work(tx);
    over = true;
    await commit(client, redact);
    return result;
  } catch (error) {
    over = true;
    broken ||= !(await rolledBack(client));
    throw error;
  } finally {
    client.removeListener('error', onLost);
    client.release(broken);
  }
}

async function connect(pool: pg.Pool, redact: Redact): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw databaseError(error, redact);
  }
}

async function execute<R extends object>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] | undefined,
  redact: Redact,
): Promise<R[]> {
  try {
    return rowsOf(await client.query<R>(statementOf(text, values)));
  } catch (error) {
    throw databaseError(error, redact);
  }
}

/** The driver's mode for it is one of the connection, for as long as nothing else is under way on it. */
async function pipelined<T extends readonly unknown[]>(
  client: pg.PoolClient & { pipeline?: boolean },
  work: { readonly [K in keyof T]: () => Promise<T[K]> },
): Promise<T> {
  // What runs after the one that failed fails as well, and answers that arrive at once reject in the order of
  // how deep their promises are nested: the first to reject need not be the cause.
  let failed: { readonly error: unknown } | undefined;
  client.pipeline = true;
  const results = await Promise.all(
    work.map((run) =>
      run().catch((error: unknown) => {
        if (!failed || (isConsequence(failed.error) && !isConsequence(error))) failed = { error };
      }),
    ),
  );
  client.pipeline = false;
  if (failed) throw failed.error;
  return results as readonly unknown[] as T;
}

const IN_FAILED_TRANSACTION = '25P02';

function isConsequence(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === IN_FAILED_TRANSACTION;
}

async function copyRows(
  client: pg.PoolClient,
  statement: string,
  chunks: RowSource,
  redact: Redact,
): Promise<void> {
  let sourceError: { error: unknown } | undefined;
  async function* watched(): AsyncGenerator<string | Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      sourceError = { error };
      throw error;
    }
  }
  try {
    await copyInto(client, statement, watched());
  } catch (error) {
    if (sourceError) throw sourceError.error;
    throw databaseError(error, redact);
  }
}

/** The server answers COMMIT of a failed transaction with ROLLBACK and no error. */
async function commit(client: pg.PoolClient, redact: Redact): Promise<void> {
  let command: string;
  try {
    command = (await client.query('commit')).command;
  } catch (error) {
    throw databaseError(error, redact);
  }
  if (command !== 'COMMIT') {
    throw new DatabaseError('query_failed', 'the transaction was rolled back: a statement in it had failed');
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function refuseWhen(over: boolean): void {
  if (over) throw new DatabaseError('query_failed', 'the transaction is over');
}
