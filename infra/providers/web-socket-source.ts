/** Live prices from a provider's WebSocket, connected again for ever. */
import { setTimeout as delay } from 'node:timers/promises';
import { ProviderError } from '../../projections/market/provider.ts';
import type { LiveRun, LiveSource } from '../../projections/market/provider.ts';
import { backoffMs } from '../kafka/backoff.ts';
import type { Mask } from './credentials.ts';
import { masked } from './http-client.ts';
import type { WebSocketSettings } from './schema.ts';
import { messagesOf } from './template.ts';
import { tickReader } from './tick-rows.ts';
import { connection } from './web-socket.ts';

export interface WebSocketSourceOptions {
  readonly name: string;
  readonly settings: WebSocketSettings;
  /** How our symbols are called there. */
  readonly symbols: Readonly<Record<string, string>>;
  readonly mask: Mask;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function createWebSocketSource(options: WebSocketSourceOptions): LiveSource {
  const { name, settings, symbols, mask, now } = options;
  const read = tickReader({ ...settings, symbols });
  const wanted = settings.symbols.map((symbol) => symbols[symbol] ?? symbol);
  const greetings = settings.subscribe === undefined ? [] : messagesOf(settings.subscribe, wanted);
  const keepAlive = settings.keepAlive.message;
  const only = settings.symbols.length === 1 ? settings.symbols[0] : undefined;

  async function run({ signal, take, tell }: LiveRun): Promise<void> {
    let failures = 0;
    // When it was last heard of; undefined as long as it never was.
    let since: number | undefined;
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      const ending = connection({
        url: settings.url,
        headers: settings.headers,
        greetings,
        keepAlive: {
          everyMs: settings.keepAlive.everyMs,
          message: keepAlive === undefined ? undefined : messagesOf(keepAlive, wanted)[0],
        },
        silenceMs: settings.silenceMs,
        timeoutMs: settings.timeoutMs,
        maxBytes: settings.maxBytes,
        signal,
        onOpen() {
          tell(since === undefined ? { type: 'connected' } : { type: 'reconnected', since });
          since = now();
        },
        onMessage(text) {
          // To be let in says nothing: a provider that shows the door at once is asked ever more seldom.
          failures = 0;
          since = now();
          const document = parsed(text);
          tell({ type: 'messages', count: 1, unreadable: document === undefined ? 1 : 0 });
          if (document === undefined) return;
          const ticks = read(document, { symbol: only, receivedAt: since });
          if (ticks.length > 0) take(ticks);
        },
      });
      const reason = await ending.catch((error: unknown) => {
        // An address or a header that is none: trying again would not help.
        const text = error instanceof Error ? error.message : String(error);
        throw new ProviderError('bad_provider', `${name}: ${mask(text)}`, { cause: masked(error, mask) });
      });
      if (ended()) return;
      const retryMs = backoffMs(failures, settings.backoff);
      failures += 1;
      tell({ type: 'lost', reason: mask(reason), retryMs });
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return { name, symbols: settings.symbols, run };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
