import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTopic } from '../../../api/sockets/topic.ts';
import type { Snapshot } from '../../../projections/market/model.ts';
import { priceChange } from '../../support/snapshots.ts';

interface Watcher {
  readonly received: number[];
  since: number;
  state: 'away' | 'subscribed' | 'read' | 'served';
  read: Snapshot | undefined;
}

/** What can happen: a price is committed, published, subscribed to, read, and what was read arrives. */
const happening = fc.oneof(
  fc.constant({ what: 'commit' as const, who: 0 }),
  fc.constant({ what: 'publish' as const, who: 0 }),
  fc.record({ what: fc.constant('next' as const), who: fc.nat({ max: 3 }) }),
  fc.record({ what: fc.constant('leave' as const), who: fc.nat({ max: 3 }) }),
);

test('however reads and changes cross: a watcher gets some price, then each later one, once, in order', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), fc.boolean(), (script, sameMoment) => {
      const topic = createTopic<Watcher>('X', new Set(), () => 0);
      const watchers = Array.from({ length: 4 }, (): Watcher => ({
        received: [],
        since: 0,
        state: 'away',
        read: undefined,
      }));
      // All of one moment and one batch at worst, told apart by their prices alone.
      const changes = Array.from({ length: 60 }, (_, i) => ({
        ...priceChange('X', i + 1, 1_000),
        updated_at:
          sameMoment && i % 3 !== 0
            ? `2025-01-01T00:00:00.${String(100_000 + i - (i % 3))}Z`
            : `2025-01-01T00:00:00.${String(100_000 + i)}Z`,
      }));
      let committed = 0;
      let published = 0;

      const publish = () => {
        const snapshot = changes[published++]!;
        if (!topic.publish(snapshot, published)) return;
        for (const watcher of topic.subscribers)
          if (!topic.hasAlready(watcher, snapshot)) watcher.received.push(snapshot.price);
      };
      const next = (watcher: Watcher) => {
        if (watcher.state === 'away') {
          watcher.received.length = 0;
          watcher.since = published;
          topic.subscribers.add(watcher);
          watcher.state = 'subscribed';
        } else if (watcher.state === 'subscribed') {
          watcher.read = changes[committed - 1];
          watcher.state = 'read';
        } else if (watcher.state === 'read') {
          topic.learn(watcher.read, false);
          const frame = topic.take(watcher, watcher.since);
          if (frame) watcher.received.push(Number(/"price":(\d+)/.exec(frame.toString())![1]));
          watcher.state = 'served';
        }
      };
      const leave = (watcher: Watcher) => {
        if (watcher.state !== 'served') return;
        topic.leave(watcher);
        watcher.state = 'away';
      };

      for (const { what, who } of script) {
        const watcher = watchers[who]!;
        // A batch is committed whole.
        if (what === 'commit')
          committed = Math.min(sameMoment ? committed + 3 : committed + 1, changes.length);
        else if (what === 'publish') {
          if (published < committed) publish();
        } else if (what === 'next') next(watcher);
        else leave(watcher);
      }
      while (published < committed) publish();
      for (const watcher of watchers) {
        if (watcher.state === 'away') continue;
        while (watcher.state !== 'served') next(watcher);
        const { received } = watcher;
        if (committed === 0) expect(received).toEqual([]);
        else
          expect(received).toEqual(
            Array.from({ length: received.length }, (_, i) => committed - received.length + 1 + i),
          );
        if (committed > 0) expect(received.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2_000 },
  );
});
