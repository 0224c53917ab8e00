/**
 * The operating system's user under which the server runs. PostgreSQL refuses to run as root, so root
 * starts it as somebody who may do nothing else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedError } from './errors.ts';

export interface ServerUser {
  /** Absent when the server runs as the user we are. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** The command line that runs a program as this user. */
  command(
    program: string,
    args: readonly string[],
  ): { file: string; args: string[]; uid?: number; gid?: number };
}

const CANDIDATES = ['postgres', 'nobody'];
const CAPABILITIES = '+dac_override,+dac_read_search';
const CAPABILITY_OPTIONS = [
  `--inh-caps=${CAPABILITIES}`,
  `--ambient-caps=${CAPABILITIES}`,
  // access(2), by which the programs look for each other, otherwise forgets them for a user that is not root.
  '--securebits=+no_setuid_fixup',
];

/**
 * Chooses the user for a data directory (which may not exist yet) and a directory of programs.
 * @throws EmbeddedError `foreign_data` or `unreachable_directory`.
 */
export function chooseServerUser(dataDirectory: string, programDirectory: string): ServerUser {
  const self = process.getuid?.();
  const owner = existsSync(dataDirectory) ? statSync(dataDirectory) : undefined;
  if (self !== 0) {
    if (self !== undefined && owner && owner.uid !== self) {
      throw new EmbeddedError('foreign_data', `${dataDirectory} belongs to another user (uid ${owner.uid})`);
    }
    return { ids: undefined, command: (file, args) => ({ file, args: [...args] }) };
  }
  const ids = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedUser();
  const closed = [dirname(dataDirectory), programDirectory].map((path) => barrier(path, ids)).find(Boolean);
  if (closed === undefined) return { ids, command: (file, args) => ({ file, args: [...args], ...ids }) };
  if (!canSetCapabilities()) {
    throw new EmbeddedError(
      'unreachable_directory',
      `as root the embedded server runs as uid ${ids.uid}, which may not enter ${closed}: ` +
        'move the installation and CHRONOFOLIO_HOME elsewhere, run as a normal user, or set DATABASE_URL',
    );
  }
  // It stays unprivileged but for reading through closed directories such as /root.
  const prefix = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups'];
  prefix.push(...CAPABILITY_OPTIONS, '--');
  return { ids, command: (program, args) => ({ file: 'setpriv', args: [...prefix, program, ...args] }) };
}

function unprivilegedUser(): { uid: number; gid: number } {
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  for (const name of CANDIDATES) {
    const found = users.get(name);
    if (found && found.uid > 0) return found;
  }
  throw new EmbeddedError(
    'unreachable_directory',
    `root needs one of the users ${CANDIDATES.join(', ')} to run the server`,
  );
}

/** The outermost directory on the way to a path that a user may not enter. */
function barrier(path: string, { uid, gid }: { uid: number; gid: number }): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : barrier(parent, { uid, gid });
  if (above !== undefined) return above;
  const entry = statSync(path);
  const bit = entry.uid === uid ? 0o100 : entry.gid === gid ? 0o010 : 0o001;
  return entry.mode & bit ? undefined : path;
}

function canSetCapabilities(): boolean {
  return spawnSync('setpriv', [...CAPABILITY_OPTIONS, 'true'], { stdio: 'ignore' }).status === 0;
}
