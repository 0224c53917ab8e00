/** Ticks to an HTTP interface that takes them as NDJSON, such as our own. */
import { SinkError, tickJson } from '../../projections/market/ingest-sink.ts';
import type { TickSink } from '../../projections/market/ingest-sink.ts';
import { reasonOf } from './http-client.ts';

const TIMEOUT_MS = 30_000;
const MAY_PASS = new Set([408, 425, 429]);
const LONGEST_SHOWN = 300;

/**
 * @param address where to post; that of a server alone means its `/api/ticks`
 * @param key is sent as a bearer token, unless the address has a user
 */
export function createHttpSink(address: string, key?: string): TickSink {
  const url = new URL(address);
  if (url.pathname === '/') url.pathname = '/api/ticks';
  const headers = {
    'content-type': 'application/x-ndjson',
    accept: 'application/json',
    ...authorization(url, key),
  };
  // They are for the header: the library refuses them in an address, and says which.
  url.username = url.password = '';
  const target = `${url.origin}${url.pathname}`;
  return {
    target,
    async send(ticks) {
      let status: number;
      let text: string;
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers,
          body: ticks.map((tick) => `${tickJson(tick)}\n`).join(''),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        status = response.status;
        text = await response.text();
      } catch (error) {
        throw new SinkError('unavailable', `${target} cannot be reached: ${reasonOf(error)}`, {
          cause: error,
        });
      }
      // None of them was good: that is no failure of the sending.
      if (status < 300 || (status === 422 && rejectedOf(text) === ticks.length)) return rejectedOf(text);
      const code = status >= 500 || MAY_PASS.has(status) ? 'unavailable' : 'refused';
      throw new SinkError(code, `${target} answers ${status}: ${text.slice(0, LONGEST_SHOWN)}`);
    },
    close: () => Promise.resolve(),
  };
}

function authorization({ username, password }: URL, key: string | undefined): { authorization?: string } {
  if (username === '') return key === undefined ? {} : { authorization: `Bearer ${key}` };
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** How many ticks the reply says were not taken. */
function rejectedOf(text: string): number {
  try {
    const reply: unknown = JSON.parse(text);
    if (typeof reply !== 'object' || reply === null || !('data' in reply)) return 0;
    const { data } = reply;
    if (typeof data !== 'object' || data === null || !('rejected' in data)) return 0;
    return typeof data.rejected === 'number'
      ? data.rejected
      : Array.isArray(data.rejected)
        ? data.rejected.length
        : 0;
  } catch {
    return 0;
  }
}
