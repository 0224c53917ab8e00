/** Replies of the market-data API: an envelope that its clients know from before. */
import type { Context } from 'hono';
import type { ApiEnv } from '../http/context.ts';

/** @param extra stands beside `data`, such as `count` */
export function success<T>(c: Context<ApiEnv>, data: T, extra: Readonly<Record<string, unknown>> = {}) {
  return c.json({ success: true as const, data, ...extra, timestamp: Date.now() }, 200);
}

export function failure<S extends 400 | 404 | 409 | 413 | 422 | 503>(
  c: Context<ApiEnv>,
  status: S,
  error: string,
) {
  return c.json({ success: false as const, error, timestamp: Date.now() }, status);
}
