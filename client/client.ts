/**
 * A client of the HTTP API: the paths, parameters, bodies and replies of `schema.ts`, which is generated
 * from the server's own document, over `fetch`.
 */
import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { etagCache } from './etag-cache.ts';
import { ChronofolioError } from './problem.ts';
import type { paths } from './schema.ts';

/** A reply is typed as its JSON is, a refusal as its problem document, other formats by `parseAs`. */
type Typed = 'application/json' | 'application/problem+json';
export type ChronofolioClient = Client<paths, Typed>;

export interface ClientOptions {
  /** Such as `http://localhost:8080`. */
  readonly baseUrl: string;
  /** An API key or a JWT, where the server asks for one. */
  readonly token?: string;
  /** In place of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How many replies to keep, to have them again without a body while nothing has changed; none by default. */
  readonly keptReplies?: number;
}

/** `GET`, `POST`, `PUT` and `DELETE` by path; `succeeded` makes their results values or errors. */
export function createChronofolioClient(options: ClientOptions): ChronofolioClient {
  const { baseUrl, token, fetch, keptReplies = 0 } = options;
  const client = createClient<paths, Typed>({
    baseUrl,
    ...(fetch ? { fetch } : {}),
    ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
  });
  if (keptReplies > 0) client.use(etagCache(keptReplies));
  return client;
}

/** What comes of a call of the client. */
interface Result<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a reply that is a success.
 * @throws ChronofolioError for any other
 */
export async function succeeded<T>(result: Promise<Result<T>>): Promise<Exclude<T, undefined>> {
  const { data, error, response } = await result;
  if (!response.ok) throw new ChronofolioError(response, error);
  // Of a success there is a body, or the API would not be what its document says.
  if (data === undefined) throw new TypeError(`the reply to ${response.url} has no body`);
  return data as Exclude<T, undefined>;
}
