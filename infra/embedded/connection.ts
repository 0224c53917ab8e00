/** How to reach the embedded server, and what has to be in it. */
import { openDatabase, DatabaseError, type Database } from '../database/database.ts';
import { SUPERUSER, ensurePassword } from './cluster.ts';
import { EmbeddedError } from './errors.ts';
import { type Layout, usesSocket } from './layout.ts';
import type { RunningServer } from './server.ts';

const DATABASE = 'chronofolio';
const PROBE_TIMEOUT_MS = 5_000;

/** The connection string: through the socket where there is one, with the TCP port for those who want it. */
export function embeddedUrl(layout: Layout, server: RunningServer, database = DATABASE): string {
  const address = `postgresql://${SUPERUSER}:${ensurePassword(layout)}@127.0.0.1:${server.port}/${database}`;
  return usesSocket(layout) ? `${address}?host=${encodeURIComponent(layout.socket)}` : address;
}

/**
 * Whether the server takes connections; not while it starts, recovers or shuts down.
 * @throws EmbeddedError `foreign_data` when it does not accept the password kept in the home.
 */
export async function isReady(layout: Layout, server: RunningServer): Promise<boolean> {
  try {
    await withMaintenance(layout, server, (database) => database.query('select 1'));
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code === 'unavailable') return false;
    if (error.code === 'authentication_failed') {
      throw new EmbeddedError(
        'foreign_data',
        `the server does not accept the password in ${layout.password}`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** Creates our database in a new cluster. */
export async function ensureDatabase(layout: Layout, server: RunningServer): Promise<void> {
  await withMaintenance(layout, server, async (database) => {
    const found = await database.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.length === 0) await database.query(`create database ${DATABASE}`);
  });
}

async function withMaintenance<T>(
  layout: Layout,
  server: RunningServer,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({
    url: embeddedUrl(layout, server, 'postgres'),
    maxConnections: 1,
    connectTimeoutMs: PROBE_TIMEOUT_MS,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
