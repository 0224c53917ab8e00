/** Live prices by asking a provider again and again. */
import { setTimeout as delay } from 'node:timers/promises';
import { ProviderError } from '../../projections/market/provider.ts';
import type { LiveRun, LiveSource, RawTick } from '../../projections/market/provider.ts';
import type { Mask } from './credentials.ts';
import { createHttpClient } from './http-client.ts';
import type { Clock } from './rate-limit.ts';
import type { PollSettings } from './schema.ts';
import { addressOf } from './template.ts';
import { tickReader } from './tick-rows.ts';

export interface PollSourceOptions {
  readonly name: string;
  readonly settings: PollSettings;
  /** How our symbols are called there. */
  readonly symbols: Readonly<Record<string, string>>;
  readonly mask: Mask;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly clock?: Clock;
}

/** What is asked, and what was heard last. */
interface Question {
  readonly url: string;
  readonly symbol: string | undefined;
  etag: string | undefined;
}

export function createPollSource(options: PollSourceOptions): LiveSource {
  const { name, settings, symbols, mask, now, clock } = options;
  const client = createHttpClient({ name, settings, mask, ...(clock === undefined ? {} : { clock }) });
  const read = tickReader({ ...settings, symbols });
  const theirs = (symbol: string): string => symbols[symbol] ?? symbol;
  const questions = (): Question[] => {
    const all = settings.symbols.map(theirs).join(',');
    const each = settings.url.includes('{symbol}');
    return (each ? settings.symbols : [undefined]).map((symbol) => ({
      url: addressOf(settings.url, {
        texts: { symbols: all, ...(symbol === undefined ? {} : { symbol: theirs(symbol) }) },
      }),
      symbol: symbol ?? (settings.symbols.length === 1 ? settings.symbols[0] : undefined),
      etag: undefined,
    }));
  };

  async function run({ signal, take, room, tell }: LiveRun): Promise<void> {
    const asked = questions();
    const last = new Map<unknown, string>();
    /** Answers repeat what was there before: only what is new goes on. */
    const isNews = (tick: RawTick): boolean => {
      const { symbol, price, volume } = tick;
      // A time that is only ours tells nothing.
      const time = settings.fields.timestamp === undefined ? '' : tick.timestamp;
      const words = JSON.stringify([time, price, volume]);
      if (last.get(symbol) === words) return false;
      last.set(symbol, words);
      return true;
    };
    let [connected, away, since] = [false, false, now()];
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      const began = performance.now();
      let heard = false;
      for (const question of asked) {
        await room();
        if (ended()) return;
        try {
          const { document, etag } = await client.get({ url: question.url, signal, etag: question.etag });
          question.etag = etag ?? question.etag;
          heard = true;
          if (away) tell({ type: 'reconnected', since });
          else if (!connected) tell({ type: 'connected' });
          [connected, away, since] = [true, false, now()];
          tell({ type: 'messages', count: 1, unreadable: 0 });
          const news = read(document, { symbol: question.symbol, receivedAt: since }).filter(isNews);
          if (news.length > 0) take(news);
        } catch (error) {
          if (ended()) return;
          if (!(error instanceof ProviderError)) throw error;
          tell({ type: 'lost', reason: error.message, retryMs: settings.everyMs });
        }
      }
      away ||= connected && !heard;
      const rest = Math.max(settings.everyMs - (performance.now() - began), 0);
      await delay(rest, undefined, { signal }).catch(() => undefined);
    }
  }
  return { name, symbols: settings.symbols, run };
}
