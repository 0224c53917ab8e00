import { expect, it } from 'vitest';
import type { FeedFilter, StoredEvent } from '../../../domain/log.ts';
import { keptFeed } from '../../../projections/replay/kept-feed.ts';

function event(position: number, streamId: string): StoredEvent {
  return {
    type: 'BusinessDateAdvanced',
    data: { date: '2025-01-01' },
    position,
    streamId,
    version: 1,
    eventId: String(position),
    effectiveAt: '2025-01-01T00:00:00.000000Z',
    recordedAt: '2025-01-01T00:00:00.000000Z',
    metadata: { source: 'cli' },
  };
}

/** A log that grows and counts what is read of it. */
function growingLog() {
  const events: StoredEvent[] = [];
  const reads: string[] = [];
  return {
    events,
    reads,
    grow(...streams: string[]) {
      for (const streamId of streams) events.push(event(events.length + 1, streamId));
    },
    async readFeed(after: number, limit: number, options: FeedFilter & { upTo?: number } = {}) {
      const { streamId, types, upTo = Infinity } = options;
      reads.push(`${streamId ?? types?.join() ?? 'all'} after ${after}`);
      return events
        .filter(({ position }) => position > after && position <= upTo)
        .filter((each) => streamId === undefined || each.streamId === streamId)
        .filter(({ type }) => types === undefined || types.includes(type))
        .slice(0, limit);
    },
  };
}

const positions = (events: readonly StoredEvent[]) => events.map(({ position }) => position);

it('reads what it has from memory, and of what is new only that', async () => {
  const log = growingLog();
  const feed = keptFeed(log, { types: ['BusinessDateAdvanced'], maxWeight: 100 });
  log.grow('a', 'b', 'a', 'b', 'a');
  const read = async (upTo: number) => positions(await feed.readFeed(0, 10, { streamId: 'a', upTo }));
  expect(await read(3)).toEqual([1, 3]);
  expect(await read(2)).toEqual([1]);
  expect(await read(5)).toEqual([1, 3, 5]);
  log.grow('a');
  expect(await read(5)).toEqual([1, 3, 5]);
  expect(await read(6)).toEqual([1, 3, 5, 6]);
  expect(log.reads).toEqual(['a after 0', 'a after 3', 'a after 5']);
});

it('keeps to pages, and to its types', async () => {
  const log = growingLog();
  const feed = keptFeed(log, { types: ['BusinessDateAdvanced'], maxWeight: 100 });
  log.grow('a', 'b', 'a');
  const types = ['BusinessDateAdvanced'];
  expect(positions(await feed.readFeed(0, 2, { types, upTo: 3 }))).toEqual([1, 2]);
  expect(positions(await feed.readFeed(2, 2, { types, upTo: 3 }))).toEqual([3]);
  expect(log.reads).toHaveLength(1);
  expect(positions(await feed.readFeed(0, 9, { types: ['Other'], upTo: 3 }))).toEqual([]);
  expect(positions(await feed.readFeed(0, 9))).toEqual([1, 2, 3]);
  expect(positions(await feed.readFeed(0, 9, { streamId: 'a', types, upTo: 3 }))).toEqual([1, 3]);
  expect(log.reads).toHaveLength(4);
});

it('answers several at once with the same events, and drops what was not read for long', async () => {
  const log = growingLog();
  const feed = keptFeed(log, { types: [], maxWeight: 4 });
  log.grow('a', 'a', 'b', 'b');
  const [early, late] = await Promise.all([
    feed.readFeed(0, 9, { streamId: 'a', upTo: 1 }),
    feed.readFeed(0, 9, { streamId: 'a', upTo: 4 }),
  ]);
  expect([positions(early), positions(late)]).toEqual([[1], [1, 2]]);
  expect(log.reads).toEqual(['a after 0', 'a after 1']);
  await feed.readFeed(0, 9, { streamId: 'b', upTo: 4 });
  expect(positions(await feed.readFeed(0, 9, { streamId: 'a', upTo: 4 }))).toEqual([1, 2]);
  expect(log.reads.slice(2)).toEqual(['b after 0', 'a after 0']);
});

it('tries again after a read that failed', async () => {
  const log = growingLog();
  log.grow('a');
  let fails = true;
  const feed = keptFeed(
    {
      readFeed: async (...asked) => {
        if (fails) throw new Error('no connection');
        return log.readFeed(...asked);
      },
    },
    { types: [], maxWeight: 10 },
  );
  await expect(feed.readFeed(0, 9, { streamId: 'a', upTo: 1 })).rejects.toThrow('no connection');
  fails = false;
  expect(positions(await feed.readFeed(0, 9, { streamId: 'a', upTo: 1 }))).toEqual([1]);
});
