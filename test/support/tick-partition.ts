/** Partitions of ticks that say the same whenever they are read: late ones, repeated ones, some that are none. */
import type { Batch, Message } from '../../domain/messages.ts';
import { createRandom } from './random.ts';

export const TICK_TOPIC = 'price-ticks';
export const TICK_GROUP = 'snapshot-service-group';

const SYMBOLS = ['AAPL.O', 'BRK.A', 'BRK.B', 'VOD.L', 'BTC-USD', '7203.T'];
const FROM = Date.UTC(2025, 7, 20, 12);
const EVERY_MS = 2_000;
const POISON = ['{"ric":', '{"ric":"AAPL.O","price":1e400,"timestamp":1}', '{"ric":"A B","price":1}', 'null'];

export interface PartitionOf {
  readonly seed: number;
  readonly partition: number;
}

/** What the message at an offset says. Ticks of different partitions never have the same time. */
export function sayingOf(of: PartitionOf, offset: number): string {
  const { seed, partition } = of;
  const random = createRandom(seed + partition * 1_000_003 + offset * 7_919);
  const kind = random.next();
  if (offset > 0 && kind < 0.15) return sayingOf(of, Math.max(0, offset - 1 - random.below(40)));
  if (kind < 0.18) return random.pick(POISON);
  const late = random.next() < 0.2 ? random.below(1_200_000) : 0;
  const time = FROM + offset * EVERY_MS - late;
  return JSON.stringify({
    ric: random.pick(SYMBOLS),
    price: (100 + random.below(1_000)) / 100,
    timestamp: time - (time % 4) + partition,
    ...(random.next() < 0.7 ? { volume: 1 + random.below(9) } : {}),
    ...(random.next() < 0.3 ? { bid: 1, ask: 99 } : {}),
  });
}

/** A batch as a consumer would cut it. */
export function tickBatch(of: PartitionOf, expected: number, next: number): Batch {
  const messages = Array.from({ length: next - expected }, (_, i): Message => {
    const offset = expected + i;
    return { offset, key: null, value: Buffer.from(sayingOf(of, offset)), headers: [] };
  });
  return { groupId: TICK_GROUP, topic: TICK_TOPIC, partition: of.partition, expected, next, messages };
}
