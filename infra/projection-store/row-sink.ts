/** A `COPY` that is fed from elsewhere, line by line or byte by byte. */
import type { Database } from '../database/database.ts';
import type { ByteSink, RowSink } from '../../projections/rebuild/store.ts';

/**
 * Lines are encoded straight into blocks of this size, which are used again once they are sent: a rebuild
 * writes hundreds of megabytes, and a new buffer for each block would keep the garbage collector busy.
 */
const BLOCK_BYTES = 256 * 1024;
/** Blocks that may wait for the server before a writer has to. */
const WAITING = 3;
/** UTF-8 takes at most this many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

interface Block {
  readonly bytes: Buffer;
  readonly length: number;
}

/** Opens a `COPY … FROM STDIN` on a connection of its own; its rows are committed by `close`. */
export function openRowSink(database: Database, statement: string): RowSink & ByteSink {
  const queue: Block[] = [];
  const free: Buffer[] = [];
  let current: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let closed = false;
  let aborted = false;
  let failure: Error | undefined;
  let onMore: (() => void) | undefined;
  let onRoom: (() => void) | undefined;

  async function* blocks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (aborted) throw new Error('the rows are not wanted any more');
      const block = queue.shift();
      if (block) {
        yield block.bytes.subarray(0, block.length);
        // Asked for the next one, the connection has done with this one.
        if (block.bytes.length === BLOCK_BYTES && free.length <= WAITING) free.push(block.bytes);
        onRoom?.();
      } else if (closed) return;
      else
        await new Promise<void>((resolve) => {
          onMore = resolve;
        });
    }
  }

  const copying = database
    .transaction((tx) => tx.copyIn(statement, blocks()))
    .catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      onRoom?.();
    });

  function send(bytes: Buffer, length: number): void {
    queue.push({ bytes, length });
    onMore?.();
  }

  function sendCurrent(): void {
    send(current, sink.at);
    current = free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    sink.bytes = current;
    sink.at = 0;
  }

  function room(): Promise<void> | undefined {
    if (queue.length < WAITING) return undefined;
    return new Promise<void>((resolve) => {
      onRoom = resolve;
    });
  }

  const sink: RowSink & ByteSink = {
    bytes: current,
    at: 0,
    reserve(bytes) {
      if (failure) throw failure;
      if (bytes <= BLOCK_BYTES - sink.at) return;
      sendCurrent();
      return room();
    },
    write(line) {
      if (failure) throw failure;
      const most = line.length * BYTES_PER_UNIT;
      if (most > BLOCK_BYTES - sink.at && sink.at > 0) sendCurrent();
      if (most > BLOCK_BYTES) {
        const bytes = Buffer.from(line);
        send(bytes, bytes.length);
      } else sink.at += current.write(line, sink.at);
      return room();
    },
    async close() {
      if (sink.at > 0 && !failure) sendCurrent();
      closed = true;
      onMore?.();
      await copying;
      if (failure) throw failure;
    },
    async abort() {
      aborted = true;
      onMore?.();
      await copying;
    },
  };
  return sink;
}
