/**
 * Commits together what is submitted together. The log has one lock, held until a commit has reached
 * the disk, so what counts is how much each commit carries: while one is under way the next gathers.
 *
 * One commit at a time is enough: a second would only wait for the same lock, and with callers that
 * wait for their outcomes both would end up half full.
 */
import { EventLogError } from '../../domain/log-error.ts';

export interface GroupCommitOptions<Item, Outcome> {
  /** Commits items in order, all in one transaction, and tells the outcome of each. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly bytesOf: (item: Item) => number;
  /** Whether a failed group was refused for its content, so that its items are worth a try each. */
  readonly isRefusal: (error: unknown) => boolean;
  /** A single item may exceed the limits of a group; it then goes alone. */
  readonly maxGroupItems: number;
  readonly maxGroupBytes: number;
  /** Beyond these a submission rejects at once. What is being committed counts too. */
  readonly maxPendingItems: number;
  readonly maxPendingBytes: number;
}

/**
 * Submits an item and resolves with its own outcome. Items are committed in the order they were submitted.
 * @throws EventLogError `overloaded`, or whatever `commit` throws.
 */
export type GroupCommit<Item, Outcome> = (item: Item) => Promise<Outcome>;

interface Pending<Item, Outcome> {
  readonly item: Item;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  let queue: Pending<Item, Outcome>[] = [];
  let pendingItems = 0;
  let pendingBytes = 0;
  let running = false;

  function takeGroup(): Pending<Item, Outcome>[] {
    let bytes = 0;
    let count = 0;
    for (const next of queue) {
      if (count > 0 && (count >= options.maxGroupItems || bytes + next.bytes > options.maxGroupBytes)) break;
      bytes += next.bytes;
      count += 1;
    }
    const group = queue.slice(0, count);
    queue = queue.slice(count);
    return group;
  }

  async function commitGroup(group: readonly Pending<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await options.commit(group.map(({ item }) => item));
      if (outcomes.length !== group.length) throw new Error('the commit lost the outcome of an item');
      group.forEach(({ resolve }, index) => resolve(outcomes[index]!));
    } catch (error) {
      if (group.length > 1 && options.isRefusal(error)) {
        // One of them is to blame, and the others must not suffer for it.
        for (const each of group) await commitGroup([each]);
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      // One turn of the event loop: callers that just got their outcomes submit again and join in.
      await new Promise((resolve) => setImmediate(resolve));
      const group = takeGroup();
      if (group.length === 0) break;
      await commitGroup(group);
      pendingItems -= group.length;
      for (const { bytes } of group) pendingBytes -= bytes;
    }
    running = false;
  }

  return (item) => {
    const bytes = options.bytesOf(item);
    const full = pendingItems >= options.maxPendingItems || pendingBytes + bytes > options.maxPendingBytes;
    // An item larger than the bound itself must still get through when nothing else waits.
    if (full && pendingItems > 0) {
      const waiting = `${pendingItems} appends with ${pendingBytes} bytes are waiting`;
      return Promise.reject(new EventLogError('overloaded', waiting));
    }
    pendingItems += 1;
    pendingBytes += bytes;
    return new Promise<Outcome>((resolve, reject) => {
      queue.push({ item, bytes, resolve, reject });
      if (!running) {
        running = true;
        void run();
      }
    });
  };
}
