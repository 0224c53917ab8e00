/**
 * Reads the current prices of those who have just subscribed: one read at a time, for everybody who waits
 * by then, so that ten thousand clients that come back at once are a few statements.
 */
import type { Snapshot } from '../../projections/market/model.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';

/** What a client waits for. */
export interface Wish {
  readonly symbols: Set<string>;
  all: boolean;
  /** What the hub had counted when it last wished for anything. */
  since: number;
}

export interface FirstPrices<C extends object> {
  /** @param symbols `undefined` for all */
  want(client: C, symbols: readonly string[] | undefined, since: number): void;
  leave(client: C): void;
  close(): void;
}

export interface FirstPricesOptions<C extends object> {
  readonly reads: Pick<SnapshotReads, 'all' | 'many'>;
  /** What was read, for whom, in a read that began after they wished for it. */
  readonly found: (wishes: ReadonlyMap<C, Wish>, snapshots: readonly Snapshot[]) => void;
  /** They go on waiting: it is tried again. */
  readonly failed: (clients: Iterable<C>, error: unknown) => void;
}

const RETRY_MS = { first: 100, most: 5_000 };

export function createFirstPrices<C extends object>(options: FirstPricesOptions<C>): FirstPrices<C> {
  let wishes = new Map<C, Wish>();
  let busy = false;
  let closed = false;
  let failures = 0;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    // What is wished for in this turn is read together.
    await Promise.resolve();
    while (wishes.size > 0 && !closed) {
      const current = wishes;
      wishes = new Map();
      try {
        options.found(current, await read(current, options.reads));
        failures = 0;
      } catch (error) {
        if (failures++ === 0) options.failed(current.keys(), error);
        for (const [client, wish] of current)
          if (!left.has(client)) want(client, wish.all ? undefined : [...wish.symbols], wish.since);
        await pause(Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(failures, 10)));
      }
      left.clear();
    }
    busy = false;
  }

  /** Those who left while a read was under way. */
  const left = new Set<C>();

  function want(client: C, symbols: readonly string[] | undefined, since: number): void {
    const wish = wishes.get(client) ?? { symbols: new Set(), all: false, since };
    wishes.set(client, wish);
    if (symbols === undefined) wish.all = true;
    else for (const symbol of symbols) wish.symbols.add(symbol);
    // The later of two: what was published between them may come twice, but is not missed.
    wish.since = Math.max(wish.since, since);
  }

  return {
    want(client, symbols, since) {
      want(client, symbols, since);
      void run();
    },
    leave(client) {
      wishes.delete(client);
      if (busy) left.add(client);
    },
    close() {
      closed = true;
      wishes.clear();
    },
  };
}

async function read<C>(
  wishes: ReadonlyMap<C, Wish>,
  reads: Pick<SnapshotReads, 'all' | 'many'>,
): Promise<readonly Snapshot[]> {
  const symbols = new Set<string>();
  for (const wish of wishes.values()) {
    if (wish.all) return reads.all();
    for (const symbol of wish.symbols) symbols.add(symbol);
  }
  return reads.many([...symbols]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
