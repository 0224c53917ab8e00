/** Ticks on their way from sources to the sink: so many and no more, the oldest give way. */

export interface BoundedQueue<T> {
  readonly size: number;
  /** @returns what had to give way */
  push(item: T): T | undefined;
  /** The oldest ones, at most so many. */
  take(most: number): T[];
  /** Resolves when something is in it, or nothing will be any more. */
  filled(): Promise<void>;
  /** Resolves when it is at most half full, or nobody is to wait any more. */
  room(): Promise<void>;
  /** Nobody waits for room from now on. */
  dismiss(): void;
  /** Nothing will be put in from now on. */
  end(): void;
}

export function createBoundedQueue<T>(limit: number): BoundedQueue<T> {
  const ring: (T | undefined)[] = new Array<T | undefined>(limit);
  let [head, size] = [0, 0];
  const onFilled = new Set<() => void>();
  const onRoom = new Set<() => void>();
  const wake = (waiting: Set<() => void>): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const until = (holds: boolean, waiting: Set<() => void>): Promise<void> =>
    holds ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve));
  let [dismissed, ended] = [false, false];
  const shift = (): T | undefined => {
    const item = ring[head];
    ring[head] = undefined;
    head = (head + 1) % limit;
    size -= 1;
    return item;
  };
  return {
    get size() {
      return size;
    },
    push(item) {
      const oldest = size === limit ? shift() : undefined;
      ring[(head + size) % limit] = item;
      size += 1;
      wake(onFilled);
      return oldest;
    },
    take(most) {
      const items: T[] = [];
      while (size > 0 && items.length < most) items.push(shift()!);
      if (size <= limit / 2) wake(onRoom);
      return items;
    },
    filled: () => until(size > 0 || ended, onFilled),
    room: () => until(size <= limit / 2 || dismissed, onRoom),
    dismiss() {
      dismissed = true;
      wake(onRoom);
    },
    end() {
      ended = true;
      wake(onFilled);
    },
  };
}
