/** SIGINT and SIGTERM: the first asks the command to end, the second ends the process. */
import { EXIT } from './exit-codes.ts';

/** A signal that aborts when the process is asked to stop; the reason is the exit code. */
export function stopOnSignals(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  const on = (code: number) => () => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort(code);
  };
  process.on('SIGINT', on(EXIT.interrupted));
  process.on('SIGTERM', on(EXIT.terminated));
  return controller.signal;
}
