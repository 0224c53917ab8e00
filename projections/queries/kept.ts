/** What a reader keeps of former answers, so that a series is parsed once for each version of it. */
import { createLru } from '../replay/lru.ts';
import type { Lru } from '../replay/lru.ts';
import type { Reader } from './reading.ts';

/** Rows kept by a cache: some ten histories of ten years, a few tens of megabytes. */
const MAX_ROWS = 40_000;
const MAX_SERIES = 256;

/** A cache of rows for each reader. Keys name the version of the books, so nothing kept is ever stale. */
export function keptByReader<V>(rowsOf: (value: V) => number): (reader: Reader) => Lru<V> {
  const caches = new WeakMap<Reader, Lru<V>>();
  return (reader) => {
    const known = caches.get(reader);
    if (known) return known;
    const cache = createLru<V>({ maxEntries: MAX_SERIES, maxWeight: MAX_ROWS, weigh: rowsOf });
    caches.set(reader, cache);
    return cache;
  };
}
