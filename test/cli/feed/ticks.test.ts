import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickGenerator } from '../../../cli/feed/generator.ts';
import { runFeed } from '../../../cli/feed/run.ts';
import { generatedTicks, replayedTicks } from '../../../cli/feed/ticks.ts';
import type { OutgoingTick } from '../../../projections/market/ingest-sink.ts';
import { readTick } from '../../../projections/market/tick-rules.ts';
import { tickJson } from '../../../projections/market/ingest-sink.ts';

const NOW = 1755268200_000;

describe('invented ticks', () => {
  it('are such as the rules ask for, and never the same twice', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 50 }), (seed, steps) => {
        const next = tickGenerator(['AAPL.O', 'BRK.B'], seed);
        let timestamp = NOW;
        const seen = new Set<string>();
        for (const step of steps) {
          const made = next((timestamp += step));
          const read = readTick(JSON.parse(tickJson(made)), timestamp);
          expect(read).toMatchObject({ ok: true, tick: made.tick });
          seen.add(tickJson(made));
        }
        expect(seen.size).toBe(steps.length);
      }),
      { numRuns: 30 },
    );
  });

  it('are the same for the same seed', () => {
    const three = (seed: number) => {
      const next = tickGenerator(['A', 'B'], seed);
      return [next(NOW), next(NOW + 1), next(NOW + 2)];
    };
    expect(three(1)).toEqual(three(1));
    expect(three(1)).not.toEqual(three(2));
  });

  it('are due at the rate asked, as many or as long as asked', () => {
    const made = (over: object) =>
      [
        ...generatedTicks({
          ...{ codes: ['A'], seed: 1, rate: 4, count: Infinity, durationMs: Infinity, now: () => NOW },
          ...over,
        }),
      ].map(({ dueMs }) => dueMs);
    expect(made({ count: 3 })).toEqual([0, 250, 500]);
    expect(made({ durationMs: 1_000 })).toEqual([0, 250, 500, 750]);
  });
});

async function* lines(times: readonly number[]) {
  const next = tickGenerator(['A'], 1);
  for (const time of times) yield { ok: true as const, outgoing: next(NOW + time) };
  yield { ok: false as const, where: 'line 9', rule: 'price: is missing' };
}

describe('ticks of a file', () => {
  async function replayed(times: readonly number[], over: object = {}) {
    const faults: string[] = [];
    const due: [number, number][] = [];
    const ticks = replayedTicks({
      ...{ file: lines(times), speed: 1, rate: undefined, count: Infinity, durationMs: Infinity },
      ...{ shift: false, startedAt: 5_000, codes: undefined },
      onFault: (where) => faults.push(where),
      ...over,
    });
    for await (const { outgoing, dueMs } of ticks) due.push([dueMs, outgoing.tick.timestamp - NOW]);
    return { due, faults };
  }

  it('are due as their times say, faster or slower, or at a rate', async () => {
    expect(await replayed([0, 100, 300, 200])).toEqual({
      due: [
        [0, 0],
        [100, 100],
        [300, 300],
        [200, 200],
      ],
      faults: ['line 9'],
    });
    expect((await replayed([0, 100, 300], { speed: 10 })).due.map(([due]) => due)).toEqual([0, 10, 30]);
    expect((await replayed([0, 100, 300], { rate: 2 })).due.map(([due]) => due)).toEqual([0, 500, 1_000]);
    expect((await replayed([0, 100, 300], { count: 2 })).due).toHaveLength(2);
    expect((await replayed([0], { codes: new Set(['B']) })).due).toEqual([]);
  });

  it('may be given the times of now', async () => {
    const { due } = await replayed([0, 100], { shift: true, speed: 2 });
    expect(due.map(([, timestamp]) => timestamp + NOW)).toEqual([5_000, 5_050]);
  });
});

describe('a feed', () => {
  const ticks = (rate: number, count: number) =>
    generatedTicks({ codes: ['A'], seed: 1, rate, count, durationMs: Infinity, now: () => NOW });

  it('sends what is due together, never ahead of time, and all of it', async () => {
    const batches: number[] = [];
    let clock = 0;
    const late: number[] = [];
    const report = await runFeed({
      ticks: ticks(1_000, 500),
      sink: {
        target: 'test',
        async send(batch: readonly OutgoingTick[]) {
          batches.push(batch.length);
          late.push(clock - batches.reduce((sum, size) => sum + size, 0));
          return 1;
        },
        close: () => Promise.resolve(),
      },
      stop: new AbortController().signal,
      // Each look at the clock takes 20 milliseconds.
      clock: () => (clock += 20),
    });
    expect(report).toMatchObject({ sent: 500, refused: batches.length });
    expect(batches.length).toBeGreaterThan(2);
    for (const behind of late) expect(behind).toBeGreaterThanOrEqual(-1);
  });

  it('sends at most a thousand at once when it is behind, and ends when told to', async () => {
    const controller = new AbortController();
    const batches: number[] = [];
    const report = await runFeed({
      ticks: ticks(1_000_000, 1_000_000),
      sink: {
        target: 'test',
        async send(batch: readonly OutgoingTick[]) {
          batches.push(batch.length);
          if (batches.length === 3) controller.abort();
          return 0;
        },
        close: () => Promise.resolve(),
      },
      stop: controller.signal,
      clock: (() => {
        let now = -10_000;
        return () => (now += 10_000);
      })(),
    });
    expect(batches).toEqual([1_000, 1_000, 1_000]);
    expect(report.sent).toBe(3_000);
  });
});
