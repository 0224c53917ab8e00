/**
 * Streams kept from one batch to the next. Each batch asks for what is new in the streams it needs, in
 * one question, so that what is decided is decided on the present and little is read twice.
 */
import type { StoredEvent } from '../../domain/log.ts';
import type { LogReads } from './ports.ts';

export interface StreamCache {
  /** The streams as they stand now, whole; those that do not exist are empty. */
  load(streamIds: Iterable<string>): Promise<Map<string, readonly StoredEvent[]>>;
}

/** About what fits into 64 MiB: events count one, and one for each ten dates in them. */
const MAX_WEIGHT = 300_000;

interface Entry {
  readonly events: readonly StoredEvent[];
  readonly weight: number;
}

function weightOf(event: StoredEvent): number {
  const dates =
    event.type === 'PricesRecorded'
      ? event.data.prices.length
      : event.type === 'FxRatesRecorded'
        ? event.data.rates.length
        : 0;
  return 1 + Math.floor(dates / 10);
}

export function createStreamCache(reads: Pick<LogReads, 'readStreams'>, maxWeight = MAX_WEIGHT): StreamCache {
  // In the order of their last use.
  const entries = new Map<string, Entry>();
  let total = 0;

  function keep(streamId: string, events: readonly StoredEvent[], weight: number): void {
    forget(streamId);
    entries.set(streamId, { events, weight });
    total += weight;
    for (const oldest of entries.keys()) {
      if (total <= maxWeight) break;
      forget(oldest);
    }
  }

  function forget(streamId: string): void {
    total -= entries.get(streamId)?.weight ?? 0;
    entries.delete(streamId);
  }

  return {
    async load(streamIds) {
      const wanted = new Map<string, Entry | undefined>();
      for (const streamId of streamIds) wanted.set(streamId, entries.get(streamId));
      if (wanted.size === 0) return new Map();
      // Entries may be replaced while the question is out; these ones stay what the answer continues.
      const news = await reads.readStreams(
        new Map([...wanted].map(([streamId, entry]) => [streamId, entry?.events.at(-1)?.version ?? 0])),
      );
      const loaded = new Map<string, readonly StoredEvent[]>();
      for (const [streamId, entry] of wanted) {
        const fresh = news.get(streamId) ?? [];
        const events = fresh.length === 0 ? (entry?.events ?? []) : [...(entry?.events ?? []), ...fresh];
        loaded.set(streamId, events);
        if (events.length > 0)
          keep(
            streamId,
            events,
            fresh.reduce((sum, event) => sum + weightOf(event), entry?.weight ?? 0),
          );
      }
      return loaded;
    },
  };
}
