/**
 * One server for the whole run: that of TEST_DATABASE_URL when it is given (any superuser-like role that
 * may create databases), else an embedded one in a temporary directory. In it a migrated template, of
 * which every test file gets a copy.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { TimescaleEdition } from '../../infra/database/capabilities.ts';
import { openDatabase } from '../../infra/database/database.ts';
import { migrate } from '../../infra/database/migrate.ts';
import { openEmbedded } from '../../infra/embedded/embedded.ts';
import { withDatabaseName } from './database-url.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    serverUrl: string;
    templateDatabase: string;
    /** What the databases copied from the template have of TimescaleDB. */
    timescale: TimescaleEdition;
  }
}

// Nothing here has to survive a power cut.
const FAST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  try {
    const template = `chronofolio_template_${randomBytes(4).toString('hex')}`;
    await onServer(server.url, `create database ${template}`);
    const database = openDatabase({ url: withDatabaseName(server.url, template), maxConnections: 1 });
    try {
      project.provide('timescale', (await migrate(database)).timescale.edition);
    } finally {
      await database.close();
    }
    await closeToAll(server.url, template);
    project.provide('serverUrl', server.url);
    project.provide('templateDatabase', template);
    return async () => {
      await onServer(server.url, `drop database if exists ${template} with (force)`);
      await server.close();
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, close: async () => undefined };
  const home = await mkdtemp(join(tmpdir(), 'chronofolio-test-'));
  // As root the server runs as another user, who has to pass.
  await chmod(home, 0o711);
  const removeHome = () => rm(home, { recursive: true, force: true });
  try {
    const server = await openEmbedded({ home, settings: FAST_SETTINGS });
    return { url: server.url, close: () => server.close().finally(removeHome) };
  } catch (error) {
    await removeHome();
    throw error;
  }
}

/**
 * A database can be copied while nobody is connected to it. TimescaleDB keeps a background worker in every
 * database that has the extension and accepts connections, so the template accepts none.
 */
async function closeToAll(url: string, template: string): Promise<void> {
  await onServer(url, `alter database ${template} with allow_connections false`);
  await onServer(
    url,
    `do $$
     begin
       while exists (select from pg_stat_activity where datname = '${template}') loop
         perform pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = '${template}';
         perform pg_stat_clear_snapshot();
       end loop;
     end
     $$`,
  );
}

async function onServer(url: string, statement: string): Promise<void> {
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    await database.query(statement);
  } finally {
    await database.close();
  }
}
