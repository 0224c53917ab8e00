/** Statements sent together, of which the one that failed is told, and not those that failed for it. */
import { DatabaseError } from '../database/errors.ts';
import type { DatabaseTransaction } from '../database/queryable.ts';

const IN_FAILED_TRANSACTION = '25P02';

const isConsequence = (error: unknown) =>
  error instanceof DatabaseError && error.sqlState === IN_FAILED_TRANSACTION;

/**
 * As `tx.together`. Answers that arrive at once reject in the order of how deep their promises are nested,
 * which says nothing about which statement came first; what the others say does: the transaction is over.
 */
export async function pipelined<T extends readonly unknown[]>(
  tx: DatabaseTransaction,
  work: { readonly [K in keyof T]: () => Promise<T[K]> },
): Promise<T> {
  const causes: unknown[] = [];
  const noting = <R>(run: () => Promise<R>) => {
    return () =>
      run().catch((error: unknown) => {
        if (!isConsequence(error)) causes.push(error);
        throw error;
      });
  };
  try {
    return await tx.together<T>(work.map(noting) as typeof work);
  } catch (error) {
    throw isConsequence(error) && causes.length > 0 ? causes[0] : error;
  }
}
