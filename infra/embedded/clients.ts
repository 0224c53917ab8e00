/**
 * Who uses the embedded server: a file for each open handle. The last one to leave stops the server;
 * files of processes that died without leaving are swept away.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, ownMark } from './processes.ts';

/** Registers this process and returns the file that stands for it. To be called under the lock. */
export function registerClient(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${process.pid}-${randomBytes(6).toString('hex')}`);
  writeFileSync(file, ownMark(), { mode: 0o600 });
  return file;
}

/** Removes a registration. Returns how many live ones remain. To be called under the lock. */
export function unregisterClient(directory: string, file: string): number {
  rmSync(file, { force: true });
  return sweepClients(directory);
}

/** Removes what dead processes left behind. Returns how many live registrations there are. */
export function sweepClients(directory: string): number {
  let alive = 0;
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if (isRunning(readFileSync(file, 'utf8'))) alive++;
    else rmSync(file, { force: true });
  }
  return alive;
}
