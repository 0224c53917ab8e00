/** What a reader keeps of former answers, so that a series is parsed once for each version of it. */
import { createLru } from '../replay/lru.ts';
import type { Lru } from '../replay/lru.ts';
import type { Reader } from './reading.ts';

/** Rows kept by a cache: some ten histories of ten years, a few tens of megabytes. */
const MAX_ROWS = 40_000;
const MAX_SERIES = 256;

/**
 * A cache of rows for each reader. Keys and states name the version of the books, so nothing kept is ever stale.
 * @param keeps what is not to be kept at all
 */
export function keptByReader<V>(
  rowsOf: (value: V) => number,
  keeps?: (value: V) => boolean,
): (reader: Reader) => Lru<V> {
  const caches = new WeakMap<Reader, Lru<V>>();
  return (reader) => {
    const known = caches.get(reader);
    if (known) return known;
    const bounds = { maxEntries: MAX_SERIES, maxWeight: MAX_ROWS, weigh: rowsOf };
    const cache = createLru<V>(keeps ? { ...bounds, keeps } : bounds);
    caches.set(reader, cache);
    return cache;
  };
}
