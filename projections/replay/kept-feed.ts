/** A feed that keeps what it read of streams: stored events never change, and a stream only grows at its end. */
import type { EventLog, StoredEvent } from '../../domain/log.ts';

type Feed = Pick<EventLog, 'readFeed'>;

export interface KeptFeedOptions {
  /** What is kept besides single streams: reads of exactly these types. */
  readonly types: readonly string[];
  /** Bounds what is kept, about in events of a transaction's size; the stream read last is always kept. */
  readonly maxWeight: number;
}

/** The events of one stream up to a position. */
interface Kept {
  readonly events: StoredEvent[];
  upTo: number;
  weight: number;
  /** Extending it, one read after another. */
  busy: Promise<unknown>;
}

const PAGE = 2_000;
/** Dated values in an event that weigh as much as a transaction. */
const VALUES_PER_WEIGHT = 10;

/** Reads with other filters, or without a last position, go to the log. */
export function keptFeed(log: Feed, { types, maxWeight }: KeptFeedOptions): Feed {
  // A Map keeps the order of insertion: the first one is the one not read for longest.
  const streams = new Map<string, Kept>();
  let total = 0;

  async function extended(
    name: string,
    filter: Parameters<Feed['readFeed']>[2],
    upTo: number,
  ): Promise<Kept> {
    const kept = streams.get(name) ?? { events: [], upTo: 0, weight: 0, busy: Promise.resolve() };
    streams.delete(name);
    streams.set(name, kept);
    const extending = kept.busy.then(async () => {
      if (kept.upTo >= upTo) return;
      const events: StoredEvent[] = [];
      for (let position = kept.upTo; ;) {
        const page = await log.readFeed(position, PAGE, { ...filter, upTo });
        for (const event of page) events.push(event);
        if (page.length < PAGE) break;
        position = page.at(-1)!.position;
      }
      for (const event of events) kept.events.push(event);
      kept.upTo = upTo;
      const weight = events.reduce((sum, event) => sum + weightOf(event), 1);
      kept.weight += weight;
      if (streams.get(name) === kept) total += weight;
      shrink();
    });
    kept.busy = extending.catch(() => undefined);
    await extending;
    return kept;
  }

  function shrink(): void {
    for (const [name, { weight }] of streams) {
      if (streams.size <= 1 || total <= maxWeight) return;
      streams.delete(name);
      total -= weight;
    }
  }

  return {
    async readFeed(after, limit, options = {}) {
      const { streamId, types: asked, upTo } = options;
      const name =
        streamId !== undefined
          ? asked === undefined && `stream ${streamId}`
          : asked !== undefined && asked.join() === types.join() && 'types';
      if (upTo === undefined || name === false) return log.readFeed(after, limit, options);
      const { events } = await extended(name, options, upTo);
      const start = firstAfter(events, after);
      return events.slice(start, Math.min(start + limit, firstAfter(events, upTo)));
    },
  };
}

/** Index of the first event with a position above another. */
function firstAfter(events: readonly StoredEvent[], position: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function weightOf(event: StoredEvent): number {
  const values =
    event.type === 'PricesRecorded'
      ? event.data.prices.length
      : event.type === 'FxRatesRecorded'
        ? event.data.rates.length
        : event.type === 'SeriesRecorded'
          ? event.data.values.length
          : event.type === 'GroupDefined'
            ? event.data.portfolio_ids.length
            : 0;
  return 1 + values / VALUES_PER_WEIGHT;
}
