import type { App, Configured, Setting } from '../../../cli/app.ts';
import type { CliContext } from '../../../cli/context.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { runCli } from '../../../cli/program.ts';
import { recordingTerminal } from '../output/recorder.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly notes: string;
}

export interface Stub {
  readonly settings?: readonly Setting[];
  readonly open?: Configured['open'];
  readonly configure?: (env: Readonly<Record<string, string | undefined>>) => Configured;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stop?: AbortSignal;
  readonly feeds?: Configured['feeds'];
  /** What somebody at the terminal answers; nobody is there unless given. */
  readonly ask?: (question: string) => Promise<boolean>;
}

const feedsNothing = (): never => {
  throw new Error('the test feeds nothing');
};
const NO_FEEDS: Configured['feeds'] = {
  kafkaSink: feedsNothing,
  httpSink: feedsNothing,
  providers: feedsNothing,
  fileProvider: feedsNothing,
  tickFile: feedsNothing,
  openBackfill: feedsNothing,
  measureIngest: feedsNothing,
  logger: feedsNothing,
};

/** A configuration of tests: what it opens is up to the test. */
export function configured(stub: Stub): Configured {
  return {
    settings: stub.settings ?? [],
    http: { host: '127.0.0.1', port: 8080 },
    projection: { timeoutMs: 10_000, materialityBps: 5 },
    feeds: stub.feeds ?? NO_FEEDS,
    open: stub.open ?? (() => Promise.reject(new Error('the test opens nothing'))),
  };
}

/** Runs a command line as the process would. */
export async function run(line: string, stub: Stub = {}): Promise<Ran> {
  const terminal = recordingTerminal();
  const context: CliContext = {
    configure: stub.configure ?? (() => configured(stub)),
    terminal: { ...terminal, ...(stub.ask === undefined ? {} : { ask: stub.ask }) },
    env: stub.env ?? {},
    stop: stub.stop ?? new AbortController().signal,
    exit: EXIT.ok,
  };
  const exit = await runCli(
    context,
    '1.2.3',
    line.split(' ').filter((word) => word !== ''),
  );
  return { exit, out: terminal.results.join('\n'), notes: terminal.notes.join('\n') };
}

/** A program of which only some parts are there; touching another one fails the test. */
export function partialApp(parts: Partial<App>): App {
  const missing = (name: string): never => {
    throw new Error(`the test gives no ${name}`);
  };
  return {
    get database() {
      return parts.database ?? missing('database');
    },
    get log() {
      return parts.log ?? missing('log');
    },
    get commands() {
      return parts.commands ?? missing('commands');
    },
    get queries() {
      return parts.queries ?? missing('queries');
    },
    get projections() {
      return parts.projections ?? missing('projections');
    },
    get reader() {
      return parts.reader ?? missing('reader');
    },
    get deadLetters() {
      return parts.deadLetters ?? missing('deadLetters');
    },
    get keys() {
      return parts.keys ?? missing('keys');
    },
    get symbols() {
      return parts.symbols ?? missing('symbols');
    },
    now: parts.now ?? (() => '2026-01-01T00:00:00.000000Z'),
    serve: parts.serve ?? (() => missing('serve')),
    close: parts.close ?? (() => Promise.resolve()),
  };
}
