/** What a failure below the API becomes on the wire. */
import { ReadingError } from '../../projections/queries/reading.ts';
import { Problem } from './problem.ts';

/** Whether the database or the log could not be reached: worth a retry by the client. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'unavailable';
}

/** The problem to reply with. Anything unexpected is an internal error that tells nothing of its inside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ReadingError) return new Problem('not-implemented', error.message, { cause: error });
  if (isUnavailable(error))
    return new Problem('unavailable', 'the database cannot be reached', {
      cause: error,
      headers: { 'Retry-After': '1' },
    });
  return new Problem('internal-error', 'the request failed; the log has the reason under this correlation_id', {
    cause: error,
  });
}
