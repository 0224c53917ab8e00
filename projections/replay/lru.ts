/** The values asked for last, bounded in number and weight. */

export interface Lru<V> {
  /** The value of a key, loaded when it is not kept; callers that ask meanwhile share one load. */
  get(key: string, load: () => Promise<V>): Promise<V>;
  /**
   * The same of a value that has states: one kept of another state gives way to the one asked for, which may
   * be made from it.
   */
  in(state: unknown, key: string, load: (former: V | undefined) => Promise<V>): Promise<V>;
}

interface Entry<V> {
  readonly state: unknown;
  readonly value: Promise<V>;
  weight: number;
}

/**
 * The value asked for last is always kept, however heavy: the pages of one long series must not load
 * it again and again. A load that fails is forgotten, and so is one that `keeps` says not to keep.
 */
export function createLru<V>(bounds: {
  readonly maxEntries: number;
  readonly maxWeight: number;
  readonly weigh: (value: V) => number;
  readonly keeps?: (value: V) => boolean;
}): Lru<V> {
  // A Map keeps the order of insertion: the first key is the one not asked for longest.
  const entries = new Map<string, Entry<V>>();
  let total = 0;

  function drop(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  function shrink(): void {
    for (const key of entries.keys()) {
      if (entries.size <= 1 || (entries.size <= bounds.maxEntries && total <= bounds.maxWeight)) return;
      drop(key);
    }
  }

  function settle(key: string, entry: Entry<V>): void {
    const isKept = () => entries.get(key) === entry;
    entry.value.then(
      (value) => {
        if (!isKept()) return;
        if (bounds.keeps?.(value) === false) return drop(key);
        entry.weight = bounds.weigh(value);
        total += entry.weight;
        shrink();
      },
      () => {
        if (isKept()) drop(key);
      },
    );
  }

  const lru: Lru<V> = {
    get: (key, load) => lru.in(undefined, key, load),
    in(state, key, load) {
      const kept = entries.get(key);
      if (kept && kept.state === state) {
        entries.delete(key);
        entries.set(key, kept);
        return kept.value;
      }
      const value = kept ? kept.value.then(load, () => load(undefined)) : load(undefined);
      if (kept) drop(key);
      const entry = { state, value, weight: 0 };
      entries.set(key, entry);
      shrink();
      settle(key, entry);
      return value;
    },
  };
  return lru;
}
