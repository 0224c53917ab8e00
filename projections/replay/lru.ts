/** The values asked for last, bounded in number and weight. */

export interface Lru<V> {
  /** The value of a key, loaded when it is not kept; callers that ask meanwhile share one load. */
  get(key: string, load: () => Promise<V>): Promise<V>;
}

/**
 * The value asked for last is always kept, however heavy: the pages of one long series must not load
 * it again and again. A load that fails is forgotten.
 */
export function createLru<V>(bounds: {
  readonly maxEntries: number;
  readonly maxWeight: number;
  readonly weigh: (value: V) => number;
}): Lru<V> {
  // A Map keeps the order of insertion: the first key is the one not asked for longest.
  const entries = new Map<string, { readonly value: Promise<V>; weight: number }>();
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

  return {
    get(key, load) {
      const kept = entries.get(key);
      if (kept) {
        entries.delete(key);
        entries.set(key, kept);
        return kept.value;
      }
      const entry = { value: load(), weight: 0 };
      entries.set(key, entry);
      shrink();
      entry.value.then(
        (value) => {
          if (entries.get(key) !== entry) return;
          entry.weight = bounds.weigh(value);
          total += entry.weight;
          shrink();
        },
        () => {
          if (entries.get(key) === entry) drop(key);
        },
      );
      return entry.value;
    },
  };
}
