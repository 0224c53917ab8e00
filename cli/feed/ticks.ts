/** Ticks with the moments they are due at: invented ones, and those of a file. */
import type { FileTick } from '../../projections/market/ingest-sink.ts';
import { tickGenerator } from './generator.ts';
import type { DueTick } from './run.ts';

export interface Generated {
  readonly codes: readonly string[];
  readonly seed: number;
  /** A second. */
  readonly rate: number;
  readonly count: number;
  readonly durationMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function* generatedTicks({
  codes,
  seed,
  rate,
  count,
  durationMs,
  now,
}: Generated): Generator<DueTick> {
  const next = tickGenerator(codes, seed);
  for (let i = 0; i < count; i++) {
    const dueMs = (i * 1000) / rate;
    if (dueMs >= durationMs) return;
    yield { outgoing: next(now()), dueMs };
  }
}

export interface Replayed {
  readonly file: AsyncIterable<FileTick>;
  /** Times the speed at which they once came. */
  readonly speed: number;
  /** So many a second instead. */
  readonly rate: number | undefined;
  readonly count: number;
  readonly durationMs: number;
  /** Gives each the moment at which it is due, in Unix milliseconds from `startedAt`, for its own. */
  readonly shift: boolean;
  readonly startedAt: number;
  readonly codes: ReadonlySet<string> | undefined;
  readonly onFault: (where: string, rule: string) => void;
}

/** Those of a file that goes back in time are due at once. */
export async function* replayedTicks(replay: Replayed): AsyncGenerator<DueTick> {
  const { file, speed, rate, count, durationMs, shift, startedAt, codes, onFault } = replay;
  let first: number | undefined;
  let sent = 0;
  for await (const line of file) {
    if (!line.ok) {
      onFault(line.where, line.rule);
      continue;
    }
    const { outgoing } = line;
    if (codes && !codes.has(outgoing.tick.symbol)) continue;
    first ??= outgoing.tick.timestamp;
    const after = (outgoing.tick.timestamp - first) / speed;
    const dueMs = rate === undefined ? Math.max(after, 0) : (sent * 1000) / rate;
    if (sent >= count || dueMs >= durationMs) return;
    sent += 1;
    const timestamp = shift ? Math.round(startedAt + dueMs) : outgoing.tick.timestamp;
    yield { outgoing: { ...outgoing, tick: { ...outgoing.tick, timestamp } }, dueMs };
  }
}
