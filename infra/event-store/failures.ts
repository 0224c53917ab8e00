import { EventLogError } from '../../domain/log-error.ts';
import { UpcastError } from '../../domain/upcast.ts';
import { DatabaseError } from '../database/errors.ts';

/** Runs a piece of work on the store; whatever it throws becomes an `EventLogError`. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw eventLogError(error);
  }
}

export function eventLogError(thrown: unknown): EventLogError {
  if (thrown instanceof EventLogError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof UpcastError) return new EventLogError('unreadable_event', message, { cause: thrown });
  const lost = thrown instanceof DatabaseError && thrown.code === 'unavailable';
  return new EventLogError(lost ? 'unavailable' : 'store_failed', `the event log failed: ${message}`, {
    cause: thrown,
  });
}

/**
 * Whether the server refused the batch for what is in it, so that its requests deserve a try one by
 * one. A lost connection leaves the outcome open, and a timeout would only be repeated.
 */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    error.sqlState !== undefined &&
    !['unavailable', 'statement_timeout', 'lock_timeout'].includes(error.code)
  );
}
