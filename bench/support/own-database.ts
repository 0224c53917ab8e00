/** A database of a bench's own on a server that is there already. */
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../infra/database/database.ts';

export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Empty; `serverUrl`'s role may create databases. */
export async function createOwnDatabase(serverUrl: string): Promise<OwnDatabase> {
  const name = `chronofolio_bench_${randomBytes(4).toString('hex')}`;
  const admin = openDatabase({ url: serverUrl, maxConnections: 1 });
  await admin.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    async drop() {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.close();
    },
  };
}
