/** From the outcome of a read to its reply. */
import type { ReadContext, Reading } from '../../projections/queries/reading.ts';
import type { ShownVersion } from '../../projections/queries/read-model.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import type { ApiContext } from '../http/context.ts';
import { invalidParameter, invalidParameters, Problem } from '../http/problem.ts';
import { etagOf, noneMatch } from './etag.ts';
import type { Format, PICTURE } from './format.ts';
import { unchangedResponse, versionHeaders } from './table.ts';

/**
 * Asks for the state known then, as far as the caller may know of it, and for nothing at all when the client
 * already has it. Whoever may not know of all portfolios is not answered by versions, which change with any
 * of them: see `concealed`.
 * @throws Problem when such a caller names a moment of knowledge by a position of the log
 */
export function readContext(c: ApiContext, format: string, knownAt: KnownAt | undefined): ReadContext {
  const { portfolios } = c.get('principal');
  const known = knownAt === undefined ? {} : { knownAt };
  if (portfolios !== undefined) {
    instantOnly('known_at', portfolios, knownAt);
    return { ...known, portfolios };
  }
  const header = c.req.header('If-None-Match');
  return { ...known, has: (version) => noneMatch(header, etagOf(version, format)) };
}

/** Positions count what happens in any portfolio, so they are not asked by whom they are not told. */
export function instantOnly(
  field: string,
  portfolios: ReadonlySet<string> | undefined,
  knownAt: KnownAt | undefined,
): void {
  if (portfolios !== undefined && knownAt !== undefined && 'position' in knownAt)
    throw invalidParameter(field, 'instant', 'must be an instant for a principal of some portfolios');
}

/** The reply to a read: `render` makes it where there is something to show. */
export function readingResponse<T>(
  reading: Reading<T>,
  format: Format | keyof typeof PICTURE,
  render: (value: T, version: ShownVersion) => Response,
): Response {
  switch (reading.status) {
    case 'ok':
      return render(reading.value, reading.version);
    case 'unchanged':
      return unchangedResponse(reading.version, format);
    case 'not_found':
      throw new Problem('not-found', `there is no ${reading.what} ${reading.id}`);
    case 'rejected':
      throw invalidParameters(reading.errors);
    default:
      return reading satisfies never;
  }
}

/** A reply that is one object. */
export function jsonResponse(value: object, version: ShownVersion): Response {
  return new Response(JSON.stringify(value), {
    headers: { ...versionHeaders(version, 'json'), 'Content-Type': 'application/json' },
  });
}
