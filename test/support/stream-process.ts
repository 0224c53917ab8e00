/**
 * `chronofolio serve` in a process of its own, as an operator runs it: to be asked over HTTP, killed and started
 * again. It runs what was built (`npm run test:engines` builds first), since starting from the sources takes
 * longer than most tests; STREAM_PROGRAM names another build.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM =
  process.env.STREAM_PROGRAM ?? fileURLToPath(new URL('../../bin/chronofolio.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const ASK_TIMEOUT_MS = 10_000;
const REMEMBERED_LINES = 60;

export type StreamRole = 'all' | 'api' | 'positions' | 'timeseries' | 'market-data';

export interface Readiness {
  readonly ready: boolean;
  /** The status and body of the reply, or why there was none. */
  readonly said: string;
}

export interface StreamProcess {
  readonly role: StreamRole;
  readonly pid: number;
  readonly url: string;
  /** What `/health/ready` says. */
  readiness(): Promise<Readiness>;
  /** The sum of a metric's samples that have all of these labels. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Whether it runs. */
  alive(): boolean;
  /** Kills it with -9 and resolves when it is dead. */
  kill(): Promise<void>;
  /** Asks it to end, and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** The last lines it wrote, for whoever has to find out. */
  lastWords(): string;
}

/**
 * Resolves when it listens; it may have to wait for Kafka still. It dies with the process that started it.
 * @param environment what the program reads, besides the ports, which are free ones
 */
export async function startStreamProcess(
  role: StreamRole,
  environment: Readonly<Record<string, string>>,
): Promise<StreamProcess> {
  const { PATH, HOME } = process.env;
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', process.execPath, PROGRAM, 'serve', '--role', role],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        PORT: '0',
        METRICS_PORT: '0',
        REST_API_PORT: '0',
        WEBSOCKET_PORT: '0',
        LOG_LEVEL: 'info',
        ...environment,
      },
    },
  );
  const lines: string[] = [];
  const url = await listening(child, lines);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (ended()) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  const ask = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  return {
    role,
    pid: child.pid!,
    url,
    async readiness() {
      try {
        const reply = await ask('/health/ready');
        return { ready: reply.status === 200, said: `${reply.status} ${await reply.text()}` };
      } catch (error) {
        return { ready: false, said: String(error) };
      }
    },
    async metric(name, labels = {}) {
      const reply = await ask('/metrics');
      return sumOf(await reply.text(), name, labels);
    },
    alive: () => !ended(),
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      return child.exitCode;
    },
    lastWords: () => lines.join('\n'),
  };
}

/** The address it says it listens on. */
function listening(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`the program ${why}:\n${lines.join('\n')}`));
    };
    const timer = setTimeout(() => fail('does not listen'), START_TIMEOUT_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? code}`);
    });
    const read = (chunk: Buffer) => {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      lines.splice(0, lines.length - REMEMBERED_LINES);
      const found = /listening on (http:\/\/[^\s,]+)/.exec(chunk.toString());
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]!);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
}

/** From the text of `/metrics`. */
function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
