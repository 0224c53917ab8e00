import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../infra/database/database.ts';
import './global-setup.ts';
import { withDatabaseName } from './database-url.ts';

export interface TestDatabase {
  readonly url: string;
  /** A pool whose search path is `gen_a, public` unless told otherwise. */
  readonly database: Database;
  /** Opens another pool on the same database; closed with it. */
  open(options?: { searchPath?: string; maxConnections?: number; statementTimeoutMs?: number }): Database;
  /** Closes the pools and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly searchPath?: string;
  readonly maxConnections?: number;
  /** Without any table. */
  readonly empty?: boolean;
}

/** A fresh, migrated database for one test file. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl');
  const name = `chronofolio_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const template = options.empty ? 'template0' : inject('templateDatabase');
  const server = openDatabase({ url: serverUrl, maxConnections: 1 });
  await server.query(`create database ${name} template ${template}`);

  const url = withDatabaseName(serverUrl, name);
  const pools: Database[] = [];
  const open: TestDatabase['open'] = ({ searchPath, maxConnections, statementTimeoutMs } = {}) => {
    const pool = openDatabase({
      url,
      maxConnections: maxConnections ?? options.maxConnections ?? 10,
      searchPath: searchPath ?? options.searchPath ?? 'gen_a,public',
      ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
    });
    pools.push(pool);
    return pool;
  };
  return {
    url,
    database: open(),
    open,
    close: async () => {
      // Dropped by force first: a test that failed in a transaction never gives its connection back.
      await server.query(`drop database if exists ${name} with (force)`);
      await Promise.all([server.close(), ...pools.map((pool) => pool.close())]);
    },
  };
}
