/**
 * Which processes are alive. A process id alone says little: ids are used again, after a reboot or in a
 * restarted container within seconds. A *mark* is the id together with the time the process began.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export type ProcessMark = string;

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return markOf(process.pid) ?? `${process.pid} unknown`;
}

/** The mark of a running process; `undefined` when there is none with that id. */
export function markOf(pid: number): ProcessMark | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'linux') {
    const stat = linuxStat(pid);
    // A zombie answers signals, yet has ended: nobody has collected it.
    if (!stat || stat.state === 'Z' || stat.state === 'X') return undefined;
    return `${pid} ${stat.started}`;
  }
  if (process.platform === 'win32') return `${pid} unknown`;
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [, state = '', started = ''] = /^(\S+)\s+(.*)$/.exec(stdout.trim()) ?? [];
  return state === '' || state.startsWith('Z') ? undefined : `${pid} ${started}`;
}

/** Whether the process that made the mark still runs. */
export function isRunning(mark: ProcessMark): boolean {
  const pid = Number.parseInt(mark, 10);
  return Number.isInteger(pid) && pid > 0 && markOf(pid) === mark.trim();
}

/**
 * Whether a running process works in a directory, which is how a server is told from a stranger that
 * got its process id. `undefined` where the system does not say.
 */
export function worksIn(pid: number, directory: string): boolean | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') {
    // The server's command line names its directory.
    const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.includes(directory);
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory;
  } catch {
    return undefined;
  }
}

/** The processes that work in a directory, as far as the system shows them. */
export function processesIn(directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => worksIn(pid, directory) === true && markOf(pid) !== undefined);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It may belong to somebody else and still be there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function linuxStat(pid: number): { state: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
