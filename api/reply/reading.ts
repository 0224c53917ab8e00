/** From the outcome of a read to its reply. */
import type { ReadContext, Reading } from '../../projections/queries/reading.ts';
import type { Version } from '../../projections/queries/read-model.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import type { ApiContext } from '../http/context.ts';
import { invalidParameters, Problem } from '../http/problem.ts';
import { etagOf, noneMatch } from './etag.ts';
import { versionHeaders } from './table.ts';

/** Asks for the state known then, and for nothing at all when the client already has it. */
export function readContext(c: ApiContext, format: string, knownAt: KnownAt | undefined): ReadContext {
  const header = c.req.header('If-None-Match');
  return {
    ...(knownAt === undefined ? {} : { knownAt }),
    has: (version) => noneMatch(header, etagOf(version, format)),
  };
}

/** The reply to a read: `render` makes it where there is something to show. */
export function readingResponse<T>(
  reading: Reading<T>,
  format: string,
  render: (value: T, version: Version) => Response,
): Response {
  switch (reading.status) {
    case 'ok':
      return render(reading.value, reading.version);
    case 'unchanged':
      return new Response(null, { status: 304, headers: versionHeaders(reading.version, format) });
    case 'not_found':
      throw new Problem('not-found', `there is no ${reading.what} ${reading.id}`);
    case 'rejected':
      throw invalidParameters(reading.errors);
    default:
      return reading satisfies never;
  }
}

/** A reply that is one object. */
export function jsonResponse(value: object, version: Version): Response {
  return new Response(JSON.stringify(value), {
    headers: { ...versionHeaders(version, 'json'), 'Content-Type': 'application/json' },
  });
}
