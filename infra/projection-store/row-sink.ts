/** A `COPY` that is fed from elsewhere, line by line. */
import type { Database } from '../database/database.ts';
import type { RowSink } from '../../projections/rebuild/store.ts';

/** Chunks that may wait for the server before a writer has to. */
const WAITING = 8;

/** Opens a `COPY … FROM STDIN` on a connection of its own; its rows are committed by `close`. */
export function openRowSink(database: Database, statement: string): RowSink {
  const queue: string[] = [];
  let closed = false;
  let failure: Error | undefined;
  let onMore: (() => void) | undefined;
  let onRoom: (() => void) | undefined;

  async function* chunks(): AsyncGenerator<string> {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        onRoom?.();
        yield chunk;
      } else if (closed) return;
      else
        await new Promise<void>((resolve) => {
          onMore = resolve;
        });
    }
  }

  const copying = database
    .transaction((tx) => tx.copyIn(statement, chunks()))
    .catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      onRoom?.();
    });

  return {
    write(lines) {
      if (failure !== undefined) throw failure;
      queue.push(lines);
      onMore?.();
      if (queue.length < WAITING) return;
      return new Promise<void>((resolve) => {
        onRoom = resolve;
      });
    },
    async close() {
      closed = true;
      onMore?.();
      await copying;
      if (failure !== undefined) throw failure;
    },
  };
}
