/** What the rest of the adapters see of the database. */

/** Anything that runs statements: the pool or one transaction. */
export interface Queryable {
  /**
   * Runs one statement and returns its rows. Without `values` the text may hold several statements
   * separated by semicolons; the rows are then those of the last one.
   * @throws DatabaseError
   */
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** Rows for a `COPY`: text, or bytes in large blocks that are not read again once the next one is asked for. */
export type RowSource = Iterable<string> | AsyncIterable<string | Uint8Array>;

export interface DatabaseTransaction extends Queryable {
  /**
   * Runs a `COPY … FROM STDIN` in text or CSV format and feeds it from `chunks`, which may cut rows
   * anywhere. Reads the source no faster than the server takes it.
   * @throws DatabaseError for a row the server refuses, or whatever the source throws. Either way the
   * transaction is lost and its connection stays usable after the rollback.
   */
  copyIn(statement: string, chunks: RowSource): Promise<void>;
  /**
   * Runs statements that do not need one another's results, sent at once instead of each after the answer
   * to the one before. No `COPY` may be among them.
   * @throws the first failure, after all of them are over
   */
  together<T extends readonly unknown[]>(work: {
    readonly [K in keyof T]: () => Promise<T[K]>;
  }): Promise<T>;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /**
   * How often `work` is run again after a serialization failure or a deadlock, 0 by default. It must
   * then have no effects outside the transaction.
   */
  readonly retries?: number;
}

export interface PoolStats {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export interface Database extends Queryable {
  /**
   * Runs `work` in a transaction on a connection of its own: committed when it resolves, rolled back
   * when it rejects, with that same error.
   * @throws DatabaseError
   */
  transaction<T>(work: (tx: DatabaseTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  poolStats(): PoolStats;
  /** Waits for the connections in use, then closes them all. */
  close(): Promise<void>;
}
