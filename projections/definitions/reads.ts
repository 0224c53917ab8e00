/** Reads definitions, closes and uploaded series from the log, going on from where the last read ended. */
import { streams } from '../../domain/events.ts';
import type { SecurityDetails, SeriesDetails } from '../../domain/events.ts';
import type { EventLog, FeedFilter, StoredEvent } from '../../domain/log.ts';
import { keptFeed } from '../replay/kept-feed.ts';
import { createLru } from '../replay/lru.ts';
import type { Lru } from '../replay/lru.ts';
import type { DefinitionReads, Definitions, NamedSeries } from './definitions.ts';
import { DEFINITION_TYPES, definitionsAfter } from './fold.ts';
import { closesFrom, uploadedFrom } from './named-series.ts';

export interface DefinitionReadsOptions {
  /** Bounds the events kept, about in events of a transaction's size (20,000 by default). */
  readonly maxEvents?: number;
  /** Bounds the closes kept ready for use, and the values of uploaded series (200,000 each by default). */
  readonly maxValues?: number;
}

/** States of the definitions kept: the present one, and those of the moments of knowledge asked for last. */
const STATES = 8;
const MAX_DEFINITIONS = 100_000;
const MAX_SERIES = 1_000;
const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Exact at every position: what is kept is named by the last event it was made of, and a position beyond
 * the head of the log is the head. A read that fails is forgotten, and the next one asks the log again.
 */
export function createDefinitions(
  log: Pick<EventLog, 'head' | 'readFeed'>,
  options: DefinitionReadsOptions = {},
): DefinitionReads {
  const { maxEvents = 20_000, maxValues = 200_000 } = options;
  const feed = keptFeed(log, { types: DEFINITION_TYPES, maxWeight: maxEvents });
  const states = createLru<Definitions>({
    maxEntries: STATES,
    maxWeight: MAX_DEFINITIONS,
    weigh: ({ groups, benchmarks, series }) => groups.size + benchmarks.size + series.size,
  });
  const closes = createSeriesLru<SecurityDetails>(maxValues);
  const uploads = createSeriesLru<SeriesDetails>(maxValues);
  let head = 0;

  /** Never beyond the head: what is kept up to there would miss events that are still to come. */
  async function bounded(position: number | undefined): Promise<number> {
    if (position !== undefined && position <= head) return position;
    const now = await log.head();
    head = Math.max(head, now);
    return Math.min(position ?? head, head);
  }

  function read(filter: FeedFilter, upTo: number): Promise<StoredEvent[]> {
    return feed.readFeed(0, ALL, { ...filter, upTo });
  }

  return {
    async at(position) {
      const events = await read({ types: DEFINITION_TYPES }, await bounded(position));
      return states.get(String(events.length), async () => definitionsAfter(events));
    },
    async closes(securityId, position) {
      const upTo = await bounded(position);
      const [own, priced] = await Promise.all([
        read({ streamId: streams.security(securityId) }, upTo),
        read({ streamId: streams.prices(securityId) }, upTo),
      ]);
      const name = `${own.length}/${priced.length} ${securityId}`;
      return closes.get(name, async () => closesFrom(securityId, own, priced));
    },
    async uploaded(seriesId, position) {
      const events = await read({ streamId: streams.series(seriesId) }, await bounded(position));
      return uploads.get(`${events.length} ${seriesId}`, async () => uploadedFrom(events));
    },
  };
}

/** Series by their stream and how many of its events they were made of: a stream only grows at its end. */
function createSeriesLru<Details>(maxValues: number): Lru<NamedSeries<Details> | undefined> {
  return createLru({
    maxEntries: MAX_SERIES,
    maxWeight: maxValues,
    weigh: (named) => 1 + (named?.values.points.length ?? 0),
  });
}
