import { describe, expect, it } from 'vitest';
import { createBoundedQueue } from '../../../projections/market/ingest-queue.ts';
import { createIngest } from '../../../projections/market/ingest.ts';
import type { Gap, IngestOptions } from '../../../projections/market/ingest.ts';
import { SinkError, tickJson } from '../../../projections/market/ingest-sink.ts';
import type { OutgoingTick, TickSink } from '../../../projections/market/ingest-sink.ts';
import type { LiveRun, LiveSource, RawTick } from '../../../projections/market/provider.ts';
import type { Logger } from '../../../projections/logger.ts';
import { gate as createGate } from '../../support/gate.ts';

const NOW = 1755268200_000;

/** A source that does what the test tells it, until it is stopped. */
function source(name: string, act: (run: LiveRun) => Promise<void> | void): LiveSource {
  return {
    name,
    symbols: ['AAPL.O', 'MSFT.O'],
    async run(run) {
      await act(run);
      if (!run.signal.aborted)
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve, { once: true }));
    },
  };
}

const tick = (price: number, over: Partial<RawTick> = {}): RawTick => ({
  symbol: 'AAPL.O',
  price,
  timestamp: NOW - 500,
  ...over,
});

interface Sink extends TickSink {
  readonly sent: OutgoingTick[];
}

function sink(before: (ticks: readonly OutgoingTick[]) => Promise<void> | void = () => undefined): Sink {
  const sent: OutgoingTick[] = [];
  return {
    target: 'test',
    sent,
    async send(ticks) {
      await before(ticks);
      sent.push(...ticks);
      return 0;
    },
    close: () => Promise.resolve(),
  };
}

function logger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  const self = { debug: write, info: write, warn: write, error: write, child: () => self, lines };
  return self;
}

function start(over: Partial<IngestOptions> & Pick<IngestOptions, 'sources'>) {
  const controller = new AbortController();
  const log = logger();
  const to = sink();
  const ingest = createIngest({ sink: to, now: () => NOW, logger: log, ...over });
  const running = ingest.run(controller.signal);
  return {
    log,
    sent: to.sent,
    stop() {
      controller.abort();
      return running;
    },
  };
}

const prices = (ticks: readonly OutgoingTick[]) => ticks.map(({ tick: { price } }) => Number(price) / 1e8);

describe('ingest', () => {
  it('publishes what is sound and counts what is not, of each provider by itself', async () => {
    const { sent, stop, log } = start({
      sources: [
        source('a', ({ take, tell }) => {
          tell({ type: 'messages', count: 2, unreadable: 1 });
          take([tick(1), tick(-1), tick(2, { timestamp: NOW + 3_600_000 }), tick(3, { bid: 2, ask: 1 })]);
        }),
        source('b', ({ take }) => take([tick(4, { symbol: 'BRK.B', volume: '2.5', bid: 3, ask: 5 })])),
      ],
    });
    expect(await stop()).toEqual({
      a: {
        messages: 2,
        unreadable: 1,
        ticks: 1,
        rejected: 3,
        dropped: 0,
        published: 1,
        reconnects: 0,
        lag_ms: 500,
      },
      b: {
        messages: 0,
        unreadable: 0,
        ticks: 1,
        rejected: 0,
        dropped: 0,
        published: 1,
        reconnects: 0,
        lag_ms: 500,
      },
    });
    expect(sent.map(tickJson)).toEqual([
      `{"ric":"AAPL.O","price":1,"timestamp":${NOW - 500}}`,
      `{"ric":"BRK.B","price":4,"timestamp":${NOW - 500},"volume":2.5,"bid":3,"ask":5}`,
    ]);
    expect(log.lines.filter((line) => line === 'a tick was rejected')).toHaveLength(3);
  });

  it('tries what cannot be published again, in order, while more comes in', async () => {
    let failures = 2;
    const to = sink(() => {
      if (failures-- > 0) throw new SinkError('unavailable', 'away');
    });
    const { stop } = start({
      sink: to,
      sources: [source('a', ({ take }) => [1, 2, 3].forEach((price) => take([tick(price)])))],
    });
    const counts = await stop();
    expect(prices(to.sent)).toEqual([1, 2, 3]);
    expect(counts.a).toMatchObject({ published: 3, dropped: 0 });
  });

  it('lets the oldest give way when too much waits, and goes on after what is refused for good', async () => {
    const gate = createGate();
    let refuse = true;
    const to = sink(async () => {
      await gate.promise;
      if (refuse) {
        refuse = false;
        throw new SinkError('refused', 'no');
      }
    });
    const { stop, log } = start({
      sink: to,
      queueLimit: 4,
      sources: [
        source('a', async ({ take }) => {
          take([tick(1)]);
          // The first is in hand by then.
          await new Promise(setImmediate);
          take([2, 3, 4, 5, 6, 7].map((price) => tick(price)));
          gate.open();
        }),
      ],
    });
    await new Promise(setImmediate);
    const counts = await stop();
    expect(prices(to.sent)).toEqual([4, 5, 6, 7]);
    expect(counts.a).toMatchObject({ ticks: 7, dropped: 2, published: 4 });
    expect(log.lines).toContain('ticks were refused');
  });

  it('ends though nothing can be published, when the time for that is over', async () => {
    const to = sink(() => {
      throw new SinkError('unavailable', 'away');
    });
    const { stop } = start({ sink: to, drainMs: 20, sources: [source('a', ({ take }) => take([tick(1)]))] });
    expect(await stop()).toMatchObject({ a: { ticks: 1, published: 0 } });
  });

  it('ends as a whole when a source cannot go on, with what was in hand published', async () => {
    const to = sink();
    const never = new AbortController().signal;
    const broken = source('b', () => Promise.reject(new Error('no such address')));
    const ingest = createIngest({
      ...{ sink: to, now: () => NOW, logger: logger() },
      sources: [source('a', ({ take }) => take([tick(1)])), broken],
    });
    await expect(ingest.run(never)).rejects.toThrow('no such address');
    expect(prices(to.sent)).toEqual([1]);
  });

  it('has whole bars that were missed filled in, one gap after another', async () => {
    const filled: Gap[] = [];
    const gate = createGate();
    const minutes = (n: number) => NOW - n * 60_000;
    const { stop, log } = start({
      sources: [
        source('a', async ({ tell }) => {
          tell({ type: 'connected' });
          tell({ type: 'lost', reason: 'x', retryMs: 1 });
          // Some seconds within five minutes: no whole bar was missed.
          tell({ type: 'reconnected', since: NOW - 1_000 });
          tell({ type: 'reconnected', since: minutes(30) });
          tell({ type: 'reconnected', since: minutes(20) });
          await gate.promise;
        }),
      ],
      async fillGap(gap) {
        filled.push(gap);
        if (filled.length === 1) throw new Error('no bars today');
        gate.open();
        return 4;
      },
    });
    await gate.promise;
    expect(await stop()).toMatchObject({ a: { reconnects: 3 } });
    const gap = { provider: 'a', symbols: ['AAPL.O', 'MSFT.O'], to: NOW };
    expect(filled).toEqual([
      { ...gap, from: minutes(30) },
      { ...gap, from: minutes(20) },
    ]);
    expect(log.lines).toContain('the gap could not be filled; backfill can do it later');
    expect(log.lines).toContain('the gap is filled');
  });
});

describe('the queue', () => {
  it('keeps the newest in order, and says when there is room', async () => {
    const queue = createBoundedQueue<number>(4);
    expect([1, 2, 3, 4, 5, 6].map((item) => queue.push(item))).toEqual([
      ...[undefined, undefined, undefined, undefined, 1, 2],
    ]);
    let room = false;
    const waiting = queue.room().then(() => (room = true));
    expect(queue.take(1)).toEqual([3]);
    await Promise.resolve();
    expect(room).toBe(false);
    expect(queue.take(5)).toEqual([4, 5, 6]);
    await waiting;
    expect(queue.size).toBe(0);
    const filled = queue.filled();
    queue.push(7);
    await filled;
    expect(queue.take(5)).toEqual([7]);
    queue.end();
    await queue.filled();
  });
});
