/** Makes the database cluster, once, and checks that it fits the programs. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedError } from './errors.ts';
import type { Layout } from './layout.ts';
import type { ServerUser } from './server-user.ts';

export const SUPERUSER = 'chronofolio';

/** Makes the cluster unless it exists. To be called under the lock. */
export async function ensureCluster(layout: Layout, binaries: Binaries, user: ServerUser): Promise<void> {
  if (existsSync(join(layout.data, 'PG_VERSION'))) return;
  // Made aside and renamed when whole: a kill in the middle leaves only a draft.
  rmSync(layout.draft, { recursive: true, force: true });
  mkdirSync(layout.draft, { mode: 0o700 });
  const secret = join(layout.draft, 'password');
  writeFileSync(secret, `${ensurePassword(layout)}\n`, { mode: 0o600 });
  const cluster = join(layout.draft, 'cluster');
  mkdirSync(cluster, { mode: 0o700 });
  if (user.ids) {
    for (const path of [layout.draft, secret, cluster]) chownSync(path, user.ids.uid, user.ids.gid);
  }
  await initdb(binaries, user, cluster, secret);
  renameSync(cluster, layout.data);
  rmSync(layout.draft, { recursive: true, force: true });
}

/** The password of the server's only role, made on first use. */
export function ensurePassword(layout: Layout): string {
  if (!existsSync(layout.password)) {
    const draft = `${layout.password}.new`;
    writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    renameSync(draft, layout.password);
  }
  return readFileSync(layout.password, 'utf8').trim();
}

/**
 * @throws EmbeddedError `incompatible_data` when another major version of PostgreSQL wrote the data.
 */
export function checkVersion(layout: Layout, major: number): void {
  const written = Number(readFileSync(join(layout.data, 'PG_VERSION'), 'utf8').trim());
  if (written !== major) {
    throw new EmbeddedError(
      'incompatible_data',
      `${layout.data} was written by PostgreSQL ${written}, this installation has ${major}: ` +
        'export it with the former version or start with another CHRONOFOLIO_HOME',
    );
  }
}

async function initdb(
  binaries: Binaries,
  user: ServerUser,
  directory: string,
  secret: string,
): Promise<void> {
  const args = ['-D', directory, '--username', SUPERUSER, '--pwfile', secret, '--auth', 'scram-sha-256'];
  // The built-in locale sorts the same on every system and through every upgrade of its libraries.
  args.push(
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
  );
  const { file, args: full, ...ids } = user.command(binaries.initdb, [...args, '--no-instructions']);
  const child = spawn(file, full, {
    ...ids,
    cwd: directory,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new EmbeddedError(
      'initdb_failed',
      `initdb ended with ${code}: ${output.trim().split('\n').slice(-4).join(' ')}`,
    );
  }
}

/** Our environment without what would change the server's mind. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PG|LC_|LANG|NODE_|DATABASE_URL|POSTGRES_)/.test(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
