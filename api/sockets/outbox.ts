/**
 * What one client is still to get. As long as it reads, messages are written at once. When it falls behind,
 * what it is owed is noted by its source, each once, and the newest there is then gets sent when it has
 * caught up: so a slow client costs a few bytes a symbol, and nobody waits for it.
 */
import type { Socket } from 'node:net';

/** Messages of which only the newest matters, for receivers of a kind. */
export interface Source<C extends object> {
  /**
   * The newest message, framed; the receiver has it from then on.
   * @param since what the hub had counted when the receiver began to want it: `undefined` comes back if
   *   it was sent any since
   */
  take(receiver: C, since?: number): Buffer | undefined;
  /** Whether the receiver still wants to hear of it. */
  wantedBy(receiver: C): boolean;
}

export interface OutboxLimits {
  readonly maxBufferBytes: number;
  readonly stallMs: number;
}

export interface Outbox<C extends object> {
  /** What it holds, in bytes: written and not taken yet, and what stands for each source that waits. */
  bytes(): number;
  /** Whether nothing waits, so that a message may be written at once. */
  clear(): boolean;
  /** Writes what has to arrive, if there is room for it. */
  send(frame: Buffer): void;
  /** Has the source wait; `bytes` of its newest message are passed over. Whether it waited already. */
  owe(source: Source<C>, bytes: number): boolean;
  /** Sends the newest message of each source as fast as the client reads, once to the end of them. */
  begin(sources: readonly Source<C>[], since: number): void;
}

/** What a source that waits is counted as: its place in a set, or in a list. */
const PLACE_BYTES = 64;
const LISTED_BYTES = 8;

/** At most so much, and a message more, is written at once to a client that may hold `maxBufferBytes`. */
export function writeBytes(maxBufferBytes: number): number {
  return Math.min(65_536, Math.floor(maxBufferBytes / 4));
}

/** @param onSlow the client costs more than it may, or does not read; called once */
export function createOutbox<C extends object>(
  socket: Pick<Socket, 'write' | 'writableLength' | 'writableHighWaterMark' | 'on'>,
  receiver: C,
  limits: OutboxLimits,
  now: () => number,
  onSlow: () => void,
): Outbox<C> {
  // At least the socket's own mark, so that it tells when it is empty again.
  const soft = Math.max(socket.writableHighWaterMark, Math.floor(limits.maxBufferBytes / 4));
  const waiting = new Set<Source<C>>();
  const lists: { readonly sources: readonly Source<C>[]; readonly since: number; next: number }[] = [];
  let listed = 0;
  /** Since the client last took something: when that was, what was left then, what went by. */
  let stall = { since: 0, left: 0, owed: 0 };
  let over = false;

  const bytes = () => socket.writableLength + waiting.size * PLACE_BYTES + listed * LISTED_BYTES;

  function check(): void {
    if (over || bytes() <= limits.maxBufferBytes) return;
    giveUp();
  }

  function giveUp(): void {
    over = true;
    waiting.clear();
    lists.length = 0;
    listed = 0;
    onSlow();
  }

  function owe(source: Source<C>, size: number): boolean {
    if (over) return false;
    const waited = waiting.has(source);
    waiting.add(source);
    const left = socket.writableLength;
    if (stall.owed === 0 || left < stall.left) stall = { since: now(), left, owed: 0 };
    stall.owed += size;
    if (stall.owed > limits.maxBufferBytes && now() - stall.since >= limits.stallMs) giveUp();
    else check();
    return waited;
  }

  /** Takes from what waits, what changed meanwhile first, until there is enough for one write. */
  function gather(): Buffer[] {
    const frames: Buffer[] = [];
    let room = writeBytes(limits.maxBufferBytes);
    const take = (source: Source<C>, since?: number) => {
      const frame = source.wantedBy(receiver) ? source.take(receiver, since) : undefined;
      if (!frame) return;
      frames.push(frame);
      room -= frame.length;
    };
    for (const source of waiting) {
      if (room <= 0) return frames;
      waiting.delete(source);
      take(source);
    }
    for (let list = lists[0]; list && room > 0; list = lists[0]) {
      const source = list.sources[list.next++];
      listed--;
      if (list.next >= list.sources.length) lists.shift();
      if (source) take(source, list.since);
    }
    return frames;
  }

  function pump(): void {
    while (!over && socket.writableLength <= soft && (waiting.size > 0 || lists.length > 0)) {
      const frames = gather();
      if (frames.length > 0) socket.write(joined(frames));
    }
  }

  socket.on('drain', () => {
    stall.owed = 0;
    pump();
  });

  return {
    bytes,
    clear: () => waiting.size === 0 && socket.writableLength <= soft && !over,
    send(frame) {
      if (over) return;
      socket.write(frame);
      check();
    },
    owe,
    begin(sources, since) {
      if (over || sources.length === 0) return;
      lists.push({ sources, since, next: 0 });
      listed += sources.length;
      pump();
      check();
    },
  };
}

export function joined(frames: readonly Buffer[]): Buffer {
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames);
}
