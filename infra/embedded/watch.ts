import type { Layout } from './layout.ts';
import { runningServer } from './server.ts';

const INTERVAL_MS = 1_000;

/**
 * Looks after the server while somebody uses it and starts it again when it was killed.
 * @returns a function that ends the watch, after a restart that may be under way.
 */
export function watchServer(
  layout: Layout,
  restart: () => Promise<unknown>,
  onLog: ((line: string) => void) | undefined,
): () => Promise<void> {
  let busy: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (busy || runningServer(layout)) return;
    onLog?.('the embedded PostgreSQL is gone, starting it again');
    busy = restart().then(
      () => (busy = undefined),
      (error: unknown) => {
        busy = undefined;
        onLog?.(error instanceof Error ? error.message : String(error));
      },
    );
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await busy;
  };
}
