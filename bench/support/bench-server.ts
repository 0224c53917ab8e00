/**
 * A server for benches with the settings users get (fsync on): that of BENCH_DATABASE_URL, whose role
 * may create databases, else an embedded one in a temporary directory.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../infra/database/database.ts';
import { migrate } from '../../infra/database/migrate.ts';
import { openEmbedded } from '../../infra/embedded/embedded.ts';

export interface BenchServer {
  readonly url: string;
  /** A migrated database of its own. */
  createDatabase(): Promise<BenchDatabase>;
  close(): Promise<void>;
}

export interface BenchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function openBenchServer(): Promise<BenchServer> {
  const server = await startServer();
  const admin = openDatabase({ url: server.url, maxConnections: 1 });
  return {
    url: server.url,
    createDatabase: async () => {
      const name = `chronofolio_bench_${randomBytes(4).toString('hex')}`;
      await admin.query(`create database ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const database = openDatabase({ url: url.toString(), maxConnections: 1 });
      try {
        await migrate(database);
      } finally {
        await database.close();
      }
      // What former measurements left to be written out must not weigh on the next one.
      await admin.query('checkpoint');
      return {
        url: url.toString(),
        drop: async () => {
          await admin.query(`drop database ${name} with (force)`);
        },
      };
    },
    close: async () => {
      await admin.close();
      await server.close();
    },
  };
}

async function startServer(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given) return { url: given, close: async () => undefined };
  const home = await mkdtemp(join(tmpdir(), 'chronofolio-bench-'));
  // As root the server runs as another user, who has to pass.
  await chmod(home, 0o711);
  const server = await openEmbedded({ home });
  return {
    url: server.url,
    close: () => server.close().finally(() => rm(home, { recursive: true, force: true })),
  };
}
