import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  readonly version: number;
  /** The file name without its number and ending. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** The folder `migrations/` of this package, found from the sources and from the build alike. */
export function migrationsDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(directory, 'package.json')) && existsSync(join(directory, 'migrations')))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('the folder migrations/ is missing from the installation');
    directory = parent;
  }
  return join(directory, 'migrations');
}

/** The migrations of a folder (`0001_log.sql`, …) by ascending version. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(directory, file)));
  migrations.forEach(({ version }, index) => {
    if (version !== index + 1)
      throw new Error(`${directory}: expected migration ${index + 1}, found ${version}`);
  });
  return migrations;
}

async function readMigration(directory: string, file: string): Promise<Migration> {
  const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
  if (!match) throw new Error(`${join(directory, file)}: a migration is named like 0001_some_words.sql`);
  // Line ends depend on how the repository was checked out and must not change the checksum.
  const sql = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n');
  return {
    version: Number(match[1]),
    name: match[2]!,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
  };
}
