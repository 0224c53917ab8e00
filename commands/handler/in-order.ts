/** Work on a stream of items side by side, in order where they share something. */

export interface InOrderOptions<T> {
  /** Items with a name in common are worked on one after the other, in the order they came. */
  readonly keys: (item: T) => readonly string[];
  /** How many items may be in hand at once: the bound of the memory used. */
  readonly window: number;
}

/**
 * Yields the results in the order of the items. A failure ends the stream with it, after the items
 * before it; items in hand are left to finish.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T, index: number) => Promise<R>,
  options: InOrderOptions<T>,
): AsyncGenerator<R> {
  const inHand: Promise<R>[] = [];
  const tails = new Map<string, Promise<unknown>>();
  let index = 0;
  for await (const item of items) {
    const keys = options.keys(item);
    const before = keys.map((key) => tails.get(key)).filter((tail) => tail !== undefined);
    const at = index++;
    const result = Promise.all(before).then(() => work(item, at));
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    for (const key of keys) tails.set(key, settled);
    void settled.then(() => {
      for (const key of keys) if (tails.get(key) === settled) tails.delete(key);
    });
    inHand.push(result);
    if (inHand.length >= options.window) yield await inHand.shift()!;
  }
  while (inHand.length > 0) yield await inHand.shift()!;
}

/** Cuts a stream into arrays of at most `size`. */
export async function* inChunks<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
