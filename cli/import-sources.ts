/** From paths on the command line to what an import reads. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { ImportSource, SourceKind } from '../commands/import/types.ts';
import type { CommandName } from '../commands/schemas/commands.ts';
import { badInput } from './failure.ts';

const KINDS: Readonly<Record<string, SourceKind>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
};

function kindOf(path: string): SourceKind | undefined {
  return KINDS[extname(path).toLowerCase()];
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw badInput(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  if (!found.isDirectory()) {
    if (kindOf(path) === undefined) throw badInput(`${path} is not one of ${Object.keys(KINDS).join(', ')}`);
    return [path];
  }
  const names = (await readdir(path)).filter((name) => kindOf(name) !== undefined).sort();
  if (names.length === 0) throw badInput(`${path} holds no file to import`);
  return names.map((name) => join(path, name));
}

/** The files of the paths, those of directories by name. Throws `CliFailure` for what cannot be read. */
export async function importSources(
  paths: readonly string[],
  command: CommandName | undefined,
): Promise<ImportSource[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  return [...new Set(files)].map((name) => ({
    name,
    kind: kindOf(name) ?? 'csv',
    ...(command === undefined ? {} : { command }),
    read: () => createReadStream(name),
  }));
}
