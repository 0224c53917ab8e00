/** Failures of the database with a stable code, so that callers never look at texts or SQLSTATEs. */

export type DatabaseErrorCode =
  | 'unavailable'
  | 'authentication_failed'
  | 'serialization_failure'
  | 'deadlock'
  | 'lock_timeout'
  | 'statement_timeout'
  | 'unique_violation'
  | 'foreign_key_violation'
  | 'not_null_violation'
  | 'check_violation'
  | 'invalid_value'
  | 'query_failed';

export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;
  /** The five-character SQLSTATE, when the server itself answered. */
  readonly sqlState: string | undefined;
  /** The constraint that was violated, when one was. */
  readonly constraint: string | undefined;

  constructor(
    code: DatabaseErrorCode,
    message: string,
    options: { cause?: unknown; sqlState?: string | undefined; constraint?: string | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'DatabaseError';
    this.code = code;
    this.sqlState = options.sqlState;
    this.constraint = options.constraint;
  }
}

const CODE_OF_STATE: Readonly<Record<string, DatabaseErrorCode>> = {
  '40001': 'serialization_failure',
  '40P01': 'deadlock',
  '55P03': 'lock_timeout',
  '57014': 'statement_timeout',
  '23505': 'unique_violation',
  '23503': 'foreign_key_violation',
  '23502': 'not_null_violation',
  '23514': 'check_violation',
  '28000': 'authentication_failed',
  '28P01': 'authentication_failed',
  '53300': 'unavailable',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
  '25P03': 'unavailable',
};

const CODE_OF_STATE_CLASS: Readonly<Record<string, DatabaseErrorCode>> = {
  '08': 'unavailable',
  '22': 'invalid_value',
};

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
]);

// The driver throws plain errors for these, without any code.
const DRIVER_UNAVAILABLE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

function text(source: object, property: string): string | undefined {
  const value: unknown = Reflect.get(source, property);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function classify(state: string | undefined, network: boolean): DatabaseErrorCode {
  if (state !== undefined) {
    return CODE_OF_STATE[state] ?? CODE_OF_STATE_CLASS[state.slice(0, 2)] ?? 'query_failed';
  }
  return network ? 'unavailable' : 'query_failed';
}

/** Turns whatever the driver threw into a `DatabaseError`, leaving one that already is as it is. */
export function databaseError(thrown: unknown, redact: (text: string) => string = (t) => t): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  if (!(thrown instanceof Error)) {
    return new DatabaseError('query_failed', redact(String(thrown)), { cause: thrown });
  }
  // A failed connection to several addresses is an AggregateError with an empty message.
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const source = inner instanceof Error ? inner : thrown;
  const rawCode = text(source, 'code');
  const network =
    (rawCode !== undefined && NETWORK_CODES.has(rawCode)) || DRIVER_UNAVAILABLE.test(source.message);
  const sqlState = rawCode !== undefined && /^[0-9A-Z]{5}$/.test(rawCode) && !network ? rawCode : undefined;
  const where = text(source, 'where');
  const message =
    source.message + (sqlState && where?.startsWith('COPY') ? ` (${where.split('\n')[0]})` : '');
  return new DatabaseError(classify(sqlState, network), redact(message), {
    cause: thrown,
    sqlState,
    constraint: text(source, 'constraint'),
  });
}

/** Whether running the whole transaction again may succeed. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof DatabaseError && (error.code === 'serialization_failure' || error.code === 'deadlock')
  );
}
