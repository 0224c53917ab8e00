/**
 * Mutual exclusion between processes by a file, which is taken over when its owner has died.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedError, systemCode } from './errors.ts';
import { isRunning, ownMark } from './processes.ts';

const RETRY_MS = 20;
const BREAKER_STALE_MS = 10_000;
const HALF_WRITTEN_STALE_MS = 2_000;

/**
 * Runs `work` while holding the lock.
 * @throws EmbeddedError `lock_timeout` when a live process keeps it longer than `timeoutMs`.
 */
export async function withFileLock<T>(path: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  while (!tryCreate(path)) {
    breakStale(path);
    if (Date.now() > deadline) {
      throw new EmbeddedError('lock_timeout', `another process has held ${path} for ${timeoutMs / 1000} s`);
    }
    await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryCreate(path: string): boolean {
  try {
    writeFileSync(path, ownMark(), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock whose owner has died. Two processes may both have seen the dead owner; if each just
 * removed the file, the second would remove the lock the first has taken since. Hence a second lock
 * around looking again and removing, which are synchronous and over in microseconds.
 */
function breakStale(path: string): void {
  const breaker = `${path}.breaker`;
  if (!isStale(path)) return;
  if (!tryCreate(breaker)) {
    if (ageMs(breaker) > BREAKER_STALE_MS) rmSync(breaker, { force: true });
    return;
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

function isStale(path: string): boolean {
  try {
    const owner = readFileSync(path, 'utf8');
    // Between its creation and its writing the file is empty, for an instant, unless its maker died then.
    return owner === '' ? ageMs(path) > HALF_WRITTEN_STALE_MS : !isRunning(owner);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
