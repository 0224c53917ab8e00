/** What a failure below the API becomes on the wire. */
import { ReadingError } from '../../projections/queries/reading.ts';
import { Problem } from './problem.ts';

/** Codes of failures that pass by themselves: the database or the log away, too busy, or shutting down. */
const PASSING: ReadonlySet<unknown> = new Set(['unavailable', 'overloaded', 'closed']);

function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && PASSING.has(error.code);
}

/** The problem to reply with. Anything unexpected is an internal error that tells nothing of its inside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ReadingError) return new Problem('not-implemented', error.message, { cause: error });
  if (isPassing(error))
    return new Problem('unavailable', 'the database cannot be used just now; try again', {
      cause: error,
      headers: { 'Retry-After': '1' },
    });
  return new Problem(
    'internal-error',
    'the request failed; the log has the reason under this correlation_id',
    {
      cause: error,
    },
  );
}
