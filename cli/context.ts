/** What every command is given, and how a command that needs the program opens and leaves it. */
import type { App, Configure, Configured, Role } from './app.ts';
import type { ExitCode } from './exit-codes.ts';
import { progressDisplay } from './output/progress.ts';
import type { ProgressDisplay } from './output/progress.ts';
import { jsonText } from './output/json.ts';
import type { Terminal } from './output/terminal.ts';
import { exitCodeOf } from './signals.ts';

export interface CliContext {
  readonly configure: Configure;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM, with the exit code as its reason. */
  readonly stop: AbortSignal;
  /** What the process will tell the shell. */
  exit: ExitCode;
}

/** The options before the command's name. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly home?: string;
  readonly databaseUrl?: string;
}

/** The configuration of the environment, with what the command line says over it. */
export function configOf(context: CliContext, globals: GlobalOptions): Configured {
  return context.configure({
    ...context.env,
    ...(globals.home === undefined ? {} : { CHRONOFOLIO_HOME: globals.home }),
    ...(globals.databaseUrl === undefined ? {} : { DATABASE_URL: globals.databaseUrl }),
  });
}

/** The tools of one run of a command. */
export interface Session {
  readonly app: App;
  readonly config: Configured;
  readonly terminal: Terminal;
  readonly progress: ProgressDisplay;
  readonly stop: AbortSignal;
  readonly json: boolean;
  /** The result: a JSON document for `--json`, else what `text` makes of it. */
  result(value: unknown, text: () => string): void;
}

type Work = (session: Session) => Promise<ExitCode | void>;

/** Resolves with the exit code of the signal once the process is asked to stop. */
function stopped(stop: AbortSignal): { readonly promise: Promise<ExitCode>; release(): void } {
  let release = (): void => undefined;
  const promise = new Promise<ExitCode>((resolve) => {
    const onAbort = (): void => resolve(exitCodeOf(stop));
    if (stop.aborted) return onAbort();
    stop.addEventListener('abort', onAbort, { once: true });
    release = () => stop.removeEventListener('abort', onAbort);
  });
  return { promise, release };
}

/**
 * Opens the program, runs a command's work and closes the program whatever happens. A signal ends the
 * wait for the work of a command; what is half done is left to the transactions, which roll back. A
 * server is told by `stop` instead and ends its work itself.
 */
export async function withApp(
  context: CliContext,
  globals: GlobalOptions,
  work: Work,
  role: Role = 'cli',
): Promise<void> {
  const { terminal, stop } = context;
  const json = globals.json === true;
  const config = configOf(context, globals);
  const app = await config.open({ role });
  const progress = progressDisplay(terminal);
  const signal = stopped(stop);
  try {
    const working = work({
      app,
      config,
      terminal,
      progress,
      stop,
      json,
      result: (value, text) => terminal.out(json ? jsonText(value) : text()),
    });
    // After a signal nobody waits for the work any more; its failure then is no news.
    working.catch(() => undefined);
    const exit = await (role !== 'cli' ? working : Promise.race([working, signal.promise]));
    if (exit !== undefined) context.exit = exit;
  } finally {
    signal.release();
    progress.stop();
    await app.close();
  }
}
