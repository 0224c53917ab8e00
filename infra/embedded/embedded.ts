/**
 * The PostgreSQL that comes with the program, shared by every chronofolio process of one home.
 *
 * Whoever comes first starts the server, others attach to it, the last to leave stops it. The server is
 * nobody's child: when a process is killed it goes on serving the others, and the next start attaches.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries, locateBinaries } from './binaries.ts';
import { registerClient, unregisterClient } from './clients.ts';
import { checkVersion, ensureCluster } from './cluster.ts';
import { embeddedUrl, ensureDatabase, isReady } from './connection.ts';
import { EmbeddedError } from './errors.ts';
import { withFileLock } from './file-lock.ts';
import { type Layout, prepareHome } from './layout.ts';
import { choosePort } from './port.ts';
import { chooseServerUser } from './server-user.ts';
import { type RunningServer, attachToServer, startServer, stopServer } from './server.ts';
import { serverSettings } from './settings.ts';
import { watchServer } from './watch.ts';

export { EmbeddedError } from './errors.ts';

const LOCK_TIMEOUT_MS = 240_000;
/** How long a start is tried again while children of a killed server linger. */
const RETRY_START_MS = 60_000;

export interface EmbeddedOptions {
  /** CHRONOFOLIO_HOME; created when missing. */
  readonly home: string;
  readonly onLog?: (line: string) => void;
  /** The TCP port on 127.0.0.1; by default the one used last, else a free one. */
  readonly port?: number;
  /** Server settings over the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  /** With user and password; for psql as well as for the driver. */
  readonly url: string;
  /** Leaves the server, and stops it when nobody else uses it. */
  close(): Promise<void>;
}

/**
 * Starts or joins the server.
 * @throws EmbeddedError
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const binaries = await locateBinaries();
  const layout = prepareHome(options.home);
  const locked = <T>(work: () => Promise<T>) => withFileLock(layout.lock, LOCK_TIMEOUT_MS, work);

  const { url, client } = await locked(async () => {
    const server = await ensureRunning(layout, binaries, options);
    await ensureDatabase(layout, server);
    return { url: embeddedUrl(layout, server), client: registerClient(layout.clients) };
  });
  const stopWatching = watchServer(
    layout,
    () => locked(() => ensureRunning(layout, binaries, options)),
    options.onLog,
  );

  let closing: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closing ??= stopWatching().then(() =>
        locked(async () => {
          if (unregisterClient(layout.clients, client) > 0) return;
          await stopServer(layout, binaries);
          options.onLog?.('embedded PostgreSQL stopped');
        }),
      );
      return closing;
    },
  };
}

/** The server, attached to or started. To be called under the lock. */
async function ensureRunning(
  layout: Layout,
  binaries: Binaries,
  options: EmbeddedOptions,
): Promise<RunningServer> {
  const probe = (server: RunningServer) => isReady(layout, server);
  const attached = await attachToServer(layout, probe);
  if (attached) return attached;

  const major = versionOf(binaries);
  const user = chooseServerUser(layout.data, dirname(binaries.postgres));
  await ensureCluster(layout, binaries, user);
  checkVersion(layout, major);
  options.onLog?.(`starting the embedded PostgreSQL ${major} in ${layout.home}`);
  const settings = { ...serverSettings(layout), ...options.settings };
  const deadline = Date.now() + RETRY_START_MS;
  for (;;) {
    const port = await choosePort(layout, options.port);
    try {
      return await startServer({ layout, binaries, user, port, settings, probe });
    } catch (error) {
      if (!mayPass(error, options) || Date.now() > deadline) throw error;
      await delay(250);
    }
  }
}

function mayPass(error: unknown, options: EmbeddedOptions): boolean {
  if (!(error instanceof EmbeddedError)) return false;
  return error.code === 'data_in_use' || (error.code === 'port_taken' && options.port === undefined);
}

function versionOf(binaries: Binaries): number {
  const { stdout, error } = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' });
  const major = Number(/PostgreSQL\) (\d+)/.exec(error ? '' : stdout)?.[1]);
  if (!Number.isInteger(major)) {
    throw new EmbeddedError('binaries_unusable', `${binaries.postgres} does not run on this system`, {
      cause: error,
    });
  }
  return major;
}
