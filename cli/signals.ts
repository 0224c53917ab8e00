/** What asks the process to stop: SIGINT, SIGTERM, and a reader of its output that has left. */
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/**
 * A signal that aborts when the process is asked to stop; the reason is the exit code. The first SIGINT
 * or SIGTERM asks the command to end, the second ends the process.
 */
export function stopOnSignals(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  const on = (code: ExitCode) => () => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort(code);
  };
  process.on('SIGINT', on(EXIT.interrupted));
  process.on('SIGTERM', on(EXIT.terminated));
  // `chronofolio events | head` is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    controller.abort(EXIT.ok);
  });
  return controller.signal;
}

/** The exit code a stop came with. */
export function exitCodeOf(stop: AbortSignal): ExitCode {
  const reason: unknown = stop.reason;
  return Object.values(EXIT).find((code) => code === reason) ?? EXIT.interrupted;
}
