/** GET requests to a provider: limited in rate, size and time, tried again where that may help. */
import { setTimeout as delay } from 'node:timers/promises';
import { ProviderError } from '../../projections/market/provider.ts';
import { backoffMs } from '../kafka/backoff.ts';
import type { Mask } from './credentials.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Clock } from './rate-limit.ts';
import type { Manners } from './schema.ts';

export interface HttpAnswer {
  readonly status: number;
  /** The parsed JSON; `undefined` for what was not changed, or counts as nothing. */
  readonly document: unknown;
  readonly etag: string | undefined;
}

export interface HttpRequest {
  readonly url: string;
  readonly signal?: AbortSignal;
  /** Answers of these besides 200 are taken, without a document. */
  readonly accept?: readonly number[];
  readonly etag?: string | undefined;
}

export interface HttpClient {
  /** @throws ProviderError without credentials in it */
  get(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpClientOptions {
  readonly name: string;
  readonly settings: Manners;
  readonly mask: Mask;
  readonly clock?: Clock;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};

/** Nobody waits longer than this because a provider says so. */
const LONGEST_RETRY_AFTER_MS = 300_000;
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
const REFUSED = new Set([401, 403]);

type Failure = { readonly error: ProviderError; readonly again: boolean; readonly afterMs?: number };

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { name, settings, mask, clock = SYSTEM_CLOCK } = options;
  const limit = createRateLimit(settings.requestsPerMinute, clock);
  const never = new AbortController().signal;

  return {
    async get(request) {
      const signal = request.signal ?? never;
      for (let failures = 0; ; failures++) {
        let outcome: HttpAnswer | Failure;
        try {
          await limit.turn(signal);
          outcome = await attempt(request, signal);
        } catch (error) {
          if (signal.aborted) throw stopped(name);
          throw error;
        }
        if (!('error' in outcome)) return outcome;
        const { error, again, afterMs } = outcome;
        if (!again || failures >= settings.retries) throw error;
        if (afterMs !== undefined && afterMs > LONGEST_RETRY_AFTER_MS) throw error;
        try {
          await clock.wait(
            Math.max(afterMs ?? 0, backoffMs(failures, { baseMs: 500, capMs: 60_000 })),
            signal,
          );
        } catch {
          throw stopped(name);
        }
      }
    },
  };

  async function attempt(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Failure> {
    const told = mask(request.url);
    const fail = (code: ProviderError['code'], text: string, again: boolean, cause?: unknown): Failure => ({
      error: new ProviderError(
        code,
        `${name}: ${mask(text)}`,
        cause === undefined ? {} : { cause: masked(cause, mask) },
      ),
      again,
    });
    const timeout = AbortSignal.timeout(settings.timeoutMs);
    try {
      const response = await fetch(request.url, {
        headers: {
          accept: 'application/json',
          ...settings.headers,
          ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
        },
        // Credentials are for the address in the file, not for where it may point to.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      const etag = response.headers.get('etag') ?? undefined;
      const { status } = response;
      if (status !== 200) {
        await response.body?.cancel();
        if (status === 304 || request.accept?.includes(status) === true)
          return { status, document: undefined, etag };
        const afterMs = retryAfterMs(response.headers.get('retry-after'), clock.now());
        const code = REFUSED.has(status) ? 'refused' : 'unavailable';
        const failure = fail(code, `${told} answers ${status}`, AGAIN.has(status));
        return { ...failure, ...(afterMs === undefined ? {} : { afterMs }) };
      }
      const text = await bounded(response, settings.maxBytes);
      if (text === undefined)
        return fail('bad_answer', `${told} answers with more than ${settings.maxBytes} bytes`, false);
      try {
        return { status, document: JSON.parse(text) as unknown, etag };
      } catch (error) {
        return fail('bad_answer', `${told} does not answer with JSON`, false, error);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      if (timeout.aborted)
        return fail('unavailable', `${told} does not answer within ${settings.timeoutMs} ms`, true);
      return fail('unavailable', `${told} cannot be reached: ${reasonOf(error)}`, true, error);
    }
  }
}

function stopped(name: string): ProviderError {
  return new ProviderError('stopped', `${name}: stopped`);
}

/** The text of an answer, or `undefined` when it is too long. */
async function bounded(response: Response, most: number): Promise<string | undefined> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop gives the connection up.
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(at - now, 0);
}

/** What the network said; the library's own sentence is only that it failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

/** The error as it may be shown: addresses in texts of the library may hold credentials. */
export function masked(error: unknown, mask: Mask): Error {
  const copy = new Error(mask(reasonOf(error)));
  if (error instanceof Error && error.stack !== undefined) copy.stack = mask(error.stack);
  return copy;
}
