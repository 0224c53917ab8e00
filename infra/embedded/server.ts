/** The server process: is it there, start it, stop it. All to be called under the lock. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './cluster.ts';
import { EmbeddedError, systemCode } from './errors.ts';
import type { Layout } from './layout.ts';
import { markOf, processesIn, worksIn } from './processes.ts';
import type { ServerUser } from './server-user.ts';

/** Long enough for the recovery of a crash in the middle of a large import. */
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
const LOG_ROTATE_BYTES = 10 * 1024 * 1024;

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

export type Probe = (server: RunningServer) => Promise<boolean>;

/** The server of this data directory as its pid file has it, if that process is really alive. */
export function runningServer(layout: Layout): RunningServer | undefined {
  const lines = pidFile(layout)?.split('\n') ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isInteger(pid) || pid <= 0 || markOf(pid) === undefined) return undefined;
  if (worksIn(pid, layout.data) === false) return undefined;
  return { pid, port };
}

export interface StartOptions {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly probe: Probe;
}

/**
 * Starts the server, detached from this process and its terminal, and waits until it takes connections.
 * @throws EmbeddedError `start_failed`, with the end of the server's log.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { layout, binaries, user, port, settings } = options;
  const deadline = Date.now() + START_TIMEOUT_MS;
  clearForeignPidFile(layout);
  prepareSocketDirectory(layout, user);
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const {
    file,
    args: full,
    ...ids
  } = user.command(binaries.postgres, ['-D', layout.data, '-p', String(port), ...args]);
  rotateLog(layout);
  const from = existsSync(layout.log) ? statSync(layout.log).size : 0;
  const log = openSync(layout.log, 'a', 0o600);
  const child = spawn(file, full, {
    ...ids,
    cwd: layout.data,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure = `it ended with ${signal ?? code}`));
  while (failure === undefined && Date.now() < deadline) {
    const server = runningServer(layout);
    if (server && server.port > 0 && (await options.probe(server))) return server;
    await delay(POLL_MS);
  }
  if (failure === undefined && child.pid !== undefined) child.kill('SIGQUIT');
  const reason = failure ?? `it took no connection for ${START_TIMEOUT_MS / 1000} s`;
  const lines = logSince(layout, from);
  throw new EmbeddedError(failureCode(lines), `the embedded PostgreSQL did not start: ${reason}. ${lines}`);
}

/** Waits for a server that is starting, recovering or shutting down. Returns it when it is ready, not when it ended. */
export async function attachToServer(layout: Layout, probe: Probe): Promise<RunningServer | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (let server = runningServer(layout); server; server = runningServer(layout)) {
    if (server.port > 0 && (await probe(server))) return server;
    if (Date.now() > deadline) {
      throw new EmbeddedError(
        'start_failed',
        `the server ${server.pid} of ${layout.home} takes no connections`,
      );
    }
    await delay(POLL_MS);
  }
  return undefined;
}

function failureCode(log: string): 'port_taken' | 'data_in_use' | 'start_failed' {
  if (/Address already in use|could not create any TCP/.test(log)) return 'port_taken';
  // Children of a killed server notice within moments that it is gone.
  if (/pre-existing shared memory block|already exists/.test(log)) return 'data_in_use';
  return 'start_failed';
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk when it returns. */
export async function stopServer(layout: Layout, binaries: Binaries): Promise<void> {
  const server = runningServer(layout);
  if (!server) return;
  if (process.platform === 'win32') {
    spawnSync(binaries.pgCtl, ['stop', '-D', layout.data, '-m', 'fast', '-w'], { stdio: 'ignore' });
  } else {
    signal(server.pid, 'SIGINT');
  }
  const mark = markOf(server.pid);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (mark !== undefined && markOf(server.pid) === mark) {
    if (Date.now() > deadline)
      throw new EmbeddedError('stop_failed', `the server ${server.pid} does not stop`);
    await delay(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * A pid file left by a killed server is the server's own business: it holds what is needed to see
 * whether children of that server still write. Only when a stranger has got the process id since, and
 * the server would take it for its elder brother, does it have to go.
 */
function clearForeignPidFile(layout: Layout): void {
  const pid = Number(pidFile(layout)?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const foreign = markOf(pid) !== undefined && worksIn(pid, layout.data) === false;
  if (foreign && processesIn(layout.data).length === 0)
    rmSync(join(layout.data, 'postmaster.pid'), { force: true });
}

function pidFile(layout: Layout): string | undefined {
  try {
    return readFileSync(join(layout.data, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function prepareSocketDirectory(layout: Layout, user: ServerUser): void {
  mkdirSync(layout.socket, { recursive: true, mode: 0o700 });
  if (user.ids) chownSync(layout.socket, user.ids.uid, user.ids.gid);
}

function rotateLog(layout: Layout): void {
  if (existsSync(layout.log) && statSync(layout.log).size > LOG_ROTATE_BYTES) {
    renameSync(layout.log, `${layout.log}.1`);
  }
}

function logSince(layout: Layout, offset: number): string {
  const lines = readFileSync(layout.log).subarray(offset).toString('utf8').trim().split('\n');
  return lines.slice(-5).join(' | ');
}
