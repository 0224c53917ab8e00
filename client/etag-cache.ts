/** Replies that are kept and asked for again with their entity tag: the server sends them anew or says 304. */
import type { Middleware } from 'openapi-fetch';

interface Kept {
  readonly etag: string;
  readonly reply: Response;
}

/** @param most how many replies are kept; the one asked for longest ago goes first */
export function etagCache(most: number): Middleware {
  const kept = new Map<string, Kept>();
  return {
    onRequest({ request }) {
      const known = request.method === 'GET' ? kept.get(keyOf(request)) : undefined;
      if (known) request.headers.set('If-None-Match', known.etag);
      return request;
    },
    onResponse({ request, response }) {
      if (request.method !== 'GET') return undefined;
      const key = keyOf(request);
      const known = kept.get(key);
      kept.delete(key);
      if (response.status === 304 && known) {
        kept.set(key, known);
        return known.reply.clone();
      }
      const etag = response.headers.get('ETag');
      if (response.status !== 200 || etag === null) return undefined;
      kept.set(key, { etag, reply: response.clone() });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
      return undefined;
    },
  };
}

/** The same address in another format is another reply. */
function keyOf(request: Request): string {
  return `${request.headers.get('Accept') ?? ''} ${request.url}`;
}
