import { describe, expect, it } from 'vitest';
import type { LogReads } from '../../../commands/ingest/ports.ts';
import { createStreamCache } from '../../../commands/ingest/stream-cache.ts';
import type { StoredEvent } from '../../../domain/log.ts';

/** Streams that can be added to, and a record of what was asked. */
function given() {
  const streams = new Map<string, StoredEvent[]>();
  const asked: Record<string, number>[] = [];
  const reads: Pick<LogReads, 'readStreams'> = {
    async readStreams(after) {
      asked.push(Object.fromEntries(after));
      return new Map(
        [...after].flatMap(([id, version]) => {
          const events = streams.get(id)?.slice(version) ?? [];
          return events.length === 0 ? [] : [[id, events]];
        }),
      );
    },
  };
  const add = (streamId: string) => {
    const events = streams.get(streamId) ?? [];
    streams.set(streamId, events);
    events.push({
      type: 'BusinessDateAdvanced',
      data: { date: '2025-08-15' },
      effectiveAt: '2025-08-15T00:00:00.000000Z',
      recordedAt: '2025-08-15T00:00:00.000000Z',
      metadata: { source: 'http' },
      position: 1,
      eventId: 'e',
      streamId,
      version: events.length + 1,
    });
  };
  return { reads, asked, add };
}

const versions = (loaded: ReadonlyMap<string, readonly StoredEvent[]>) =>
  Object.fromEntries([...loaded].map(([id, events]) => [id, events.map(({ version }) => version)]));

describe('the cache of streams', () => {
  it('asks only for what is new, and returns streams whole', async () => {
    const { reads, asked, add } = given();
    const cache = createStreamCache(reads);
    add('a');
    expect(versions(await cache.load(['a', 'b']))).toEqual({ a: [1], b: [] });
    add('a');
    add('b');
    expect(versions(await cache.load(['b', 'a']))).toEqual({ b: [1], a: [1, 2] });
    expect(asked).toEqual([
      { a: 0, b: 0 },
      { b: 0, a: 1 },
    ]);
  });

  it('forgets what was not used for longest when it is full', async () => {
    const { reads, asked, add } = given();
    const cache = createStreamCache(reads, 2);
    for (const id of ['a', 'b', 'c']) {
      add(id);
      await cache.load([id]);
    }
    await cache.load(['a']);
    await cache.load(['c']);
    expect(asked.slice(3)).toEqual([{ a: 0 }, { c: 1 }]);
  });

  it('serves batches side by side, each from what it was told itself', async () => {
    const { reads, add } = given();
    const cache = createStreamCache(reads);
    add('a');
    const first = cache.load(['a']);
    add('a');
    const second = cache.load(['a']);
    expect(versions(await first)).toEqual({ a: [1] });
    expect(versions(await second)).toEqual({ a: [1, 2] });
    expect(versions(await cache.load(['a']))).toEqual({ a: [1, 2] });
  });

  it('asks nothing for nothing', async () => {
    const { reads, asked } = given();
    expect(await createStreamCache(reads).load([])).toEqual(new Map());
    expect(asked).toEqual([]);
  });
});
