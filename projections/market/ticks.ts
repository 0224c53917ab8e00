/** Ticks from wherever they come: messages of a topic, or what a client sends. */
import type { Tick } from '../../domain/market/tick.ts';
import type { Batch, BatchResult, HandleBatch } from '../../domain/messages.ts';
import type { MarketMetrics } from './metrics.ts';
import { deadLetter, readTicks } from './tick-messages.ts';
import { readTick } from './tick-rules.ts';
import type { TickFault } from './tick-rules.ts';
import type { TickOutcome, TickStore, TickVerdict } from './tick-store.ts';

export interface TickIntakeOptions {
  readonly store: TickStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly metrics?: Pick<MarketMetrics, 'ticks' | 'tickAge' | 'bars'>;
  /** The most ticks of one transaction for what a client sends, 1000 by default. */
  readonly batchSize?: number;
}

/** What became of one item that a client sent. */
export type TickResult =
  { readonly status: TickVerdict } | { readonly status: 'rejected'; readonly faults: readonly TickFault[] };

export interface TickIntake {
  /** Takes messages of the topic in; those that hold no tick become dead letters. */
  readonly handle: HandleBatch;
  /**
   * Takes parsed JSON values in, good ones whatever the others are, in the order given.
   * @returns what became of each
   * @throws when the database fails; trying again then repeats what was committed, which changes nothing
   */
  takeAll(items: readonly unknown[]): Promise<readonly TickResult[]>;
}

const DEFAULT_BATCH = 1_000;

export function createTickIntake(options: TickIntakeOptions): TickIntake {
  const { store, now, metrics, batchSize = DEFAULT_BATCH } = options;

  function note(outcome: TickOutcome): void {
    const { accepted, late, repeated, bars, changes } = outcome;
    if (accepted > 0) metrics?.ticks('accepted', accepted);
    if (late > 0) metrics?.ticks('stale', late);
    if (repeated > 0) metrics?.ticks('repeated', repeated);
    if (bars.intraday > 0) metrics?.bars('intraday', bars.intraday);
    if (bars.historical > 0) metrics?.bars('historical', bars.historical);
    if (changes.length > 0) {
      const newest = changes.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
      metrics?.tickAge(Math.max(0, now() - newest) / 1000);
    }
  }

  function rejected(count: number): void {
    if (count > 0) metrics?.ticks('rejected', count);
  }

  async function takeIn(batch: Batch): Promise<BatchResult> {
    const { ticks, deadLetters } = readTicks(batch.messages, now());
    const result = await store.take(ticks, { batch, deadLetters });
    switch (result.status) {
      case 'fenced':
        return result;
      case 'refused':
        return batch.messages.length > 1 ? inHalves(batch) : bury(batch, result.reason);
      case 'taken': {
        note(result);
        rejected(deadLetters.length);
        const { accepted, repeated: duplicate, late: ignored } = result;
        return { status: 'committed', counts: { accepted, duplicate, ignored, fenced: 0 }, deadLetters };
      }
      default: {
        const never: never = result;
        return never;
      }
    }
  }

  /** Something in the batch is not taken by the database. Its neighbours must not suffer for it. */
  async function inHalves(batch: Batch): Promise<BatchResult> {
    const half = batch.messages.length >> 1;
    const border = batch.messages[half]!.offset;
    const first = await takeIn({ ...batch, next: border, messages: batch.messages.slice(0, half) });
    if (first.status === 'fenced') return first;
    const second = await takeIn({ ...batch, expected: border, messages: batch.messages.slice(half) });
    if (second.status === 'fenced') return second;
    const [a, b] = [first.counts, second.counts];
    return {
      status: 'committed',
      counts: {
        accepted: a.accepted + b.accepted,
        duplicate: a.duplicate + b.duplicate,
        ignored: a.ignored + b.ignored,
        fenced: 0,
      },
      deadLetters: [...first.deadLetters, ...second.deadLetters],
    };
  }

  async function bury(batch: Batch, reason: string): Promise<BatchResult> {
    const deadLetters = batch.messages.map((message) => deadLetter(message, 'refused', reason));
    const result = await store.take([], { batch, deadLetters });
    if (result.status === 'fenced') return result;
    if (result.status === 'refused') throw new Error(`the dead letter itself was refused: ${result.reason}`);
    rejected(deadLetters.length);
    return {
      status: 'committed',
      counts: { accepted: 0, duplicate: 0, ignored: 0, fenced: 0 },
      deadLetters,
    };
  }

  async function takeTicks(ticks: readonly Tick[]): Promise<readonly TickResult[]> {
    if (ticks.length === 0) return [];
    const result = await store.take(ticks);
    if (result.status === 'fenced') throw new Error('fenced without a partition');
    if (result.status === 'taken') {
      note(result);
      return result.verdicts.map((status) => ({ status }));
    }
    if (ticks.length === 1) {
      rejected(1);
      return [
        { status: 'rejected', faults: [{ field: '', rule: 'refused', message: 'the database refused it' }] },
      ];
    }
    const half = ticks.length >> 1;
    return [...(await takeTicks(ticks.slice(0, half))), ...(await takeTicks(ticks.slice(half)))];
  }

  return {
    handle: takeIn,
    async takeAll(items) {
      const at = now();
      const reads = items.map((item) => readTick(item, at));
      const ticks = reads.flatMap((read) => (read.ok ? read.tick : []));
      rejected(reads.length - ticks.length);
      const taken: TickResult[] = [];
      for (let from = 0; from < ticks.length; from += batchSize)
        taken.push(...(await takeTicks(ticks.slice(from, from + batchSize))));
      let next = 0;
      return reads.map((read) => (read.ok ? taken[next++]! : { status: 'rejected', faults: read.faults }));
    },
  };
}
