/** Ticks of many symbols as messages, and as the rows they become; both lanes of them. */
import type { Batch } from '../../domain/messages.ts';

export interface TickLoad {
  readonly symbols: number;
  readonly ticks: number;
  /** The most ticks of one transaction. */
  readonly batch: number;
  /** Partitions taken in side by side; each symbol is in one of them. */
  readonly lanes: number;
}

export interface TickLane {
  readonly batches: readonly Batch[];
  /** The same ticks for a `COPY` in text format, in pieces of the same size. */
  readonly copies: readonly string[];
}

const FROM = Date.UTC(2025, 7, 20, 14, 0);
const EVERY_MS = 5;

/** An hour or so of trading, by a generator that says the same each time. */
export function tickLanes({ symbols, ticks, batch, lanes }: TickLoad): TickLane[] {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 4_294_967_296;
  };
  const price = Array.from({ length: symbols }, () => 20 + Math.floor(random() * 300));
  const messages = Array.from({ length: lanes }, (): Uint8Array[] => []);
  const rows = Array.from({ length: lanes }, (): string[] => []);
  for (let i = 0; i < ticks; i++) {
    const no = Math.floor(random() * symbols);
    price[no] = Math.max(1, Math.round((price[no]! + random() - 0.5) * 100) / 100);
    const timestamp = FROM + i * EVERY_MS;
    const volume = 1 + Math.floor(random() * 500);
    const bid = Math.round((price[no] - 0.01) * 100) / 100;
    const ask = Math.round((price[no] + 0.01) * 100) / 100;
    const said = { ric: `S${no}.N`, price: price[no], timestamp, volume, bid, ask };
    messages[no % lanes]!.push(Buffer.from(JSON.stringify(said)));
    const time = new Date(timestamp).toISOString();
    rows[no % lanes]!.push(`${no + 1}\t${time}\t${price[no]}\t${volume}\t${bid}\t${ask}\n`);
  }
  return messages.map((values, lane) => ({
    batches: chunks(values, batch).map((chunk, i) => ({
      groupId: 'bench',
      topic: 'price-ticks',
      partition: lane,
      expected: i * batch,
      next: i * batch + chunk.length,
      messages: chunk.map((value, j) => ({ offset: i * batch + j, key: null, value, headers: [] })),
    })),
    copies: chunks(rows[lane]!, batch).map((chunk) => chunk.join('')),
  }));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let from = 0; from < items.length; from += size) found.push(items.slice(from, from + size));
  return found;
}
