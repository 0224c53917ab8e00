/** Import sources from files and directories. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { isImportCommand } from './kinds.ts';
import type { ImportSource, SourceKind } from './types.ts';

const KINDS: Readonly<Record<string, SourceKind>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
};

export type SourcesErrorCode = 'no_such_file' | 'unknown_format';

/** A path that cannot be imported. */
export class SourcesError extends Error {
  readonly code: SourcesErrorCode;

  constructor(code: SourcesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new SourcesError('no_such_file', `cannot read ${path}`, { cause: error });
  }
}

/** `prices:closes.csv` names the command of the rows of `closes.csv`. */
function splitPrefix(argument: string): { path: string; command?: ImportSource['command'] } {
  const colon = argument.indexOf(':');
  const prefix = argument.slice(0, Math.max(colon, 0));
  return isImportCommand(prefix) ? { path: argument.slice(colon + 1), command: prefix } : { path: argument };
}

function fileSource(path: string, kind: SourceKind, command: ImportSource['command']): ImportSource {
  return {
    name: path,
    kind,
    ...(command === undefined ? {} : { command }),
    read: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
  };
}

/**
 * The sources that paths stand for: a file by its extension (csv, tsv, ndjson, jsonl, json), a directory
 * as all such files in it by name. A path may be preceded by the command of its rows and a colon.
 * Rejects with `SourcesError`.
 */
export async function sourcesFrom(paths: readonly string[]): Promise<ImportSource[]> {
  const sources: ImportSource[] = [];
  for (const argument of paths) {
    const { path, command } = splitPrefix(argument);
    if (await isDirectory(path)) {
      const names = (await readdir(path)).filter((name) => KINDS[extname(name).toLowerCase()]).sort();
      for (const name of names)
        sources.push(fileSource(join(path, name), KINDS[extname(name).toLowerCase()]!, command));
      continue;
    }
    const kind = KINDS[extname(path).toLowerCase()];
    if (!kind) {
      const known = Object.keys(KINDS).join(', ');
      throw new SourcesError('unknown_format', `${basename(path)} is none of ${known}`);
    }
    sources.push(fileSource(path, kind, command));
  }
  return sources;
}

/** A source from text in memory: a request's body, or a test. */
export function textSource(
  name: string,
  kind: SourceKind,
  text: string,
  command?: ImportSource['command'],
): ImportSource {
  return { name, kind, ...(command === undefined ? {} : { command }), read: () => [text] };
}
