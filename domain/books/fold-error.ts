/** The fold failed at a transaction: a fault of the transaction or of the program, never a refusal. */
export class FoldError extends Error {
  readonly code = 'fold_failed';
  override readonly name = 'FoldError';
  /** Of the transaction that was being read or booked. */
  readonly transactionId: string;
  constructor(transactionId: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.transactionId = transactionId;
  }
}

/** Runs what concerns one transaction, so that a failure names it. @throws FoldError */
export function naming<T>(transactionId: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof FoldError ? error : new FoldError(transactionId, error);
  }
}
