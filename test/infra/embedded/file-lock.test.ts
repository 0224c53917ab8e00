import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from '../../../infra/embedded/file-lock.ts';
import { ownMark } from '../../../infra/embedded/processes.ts';

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chronofolio-lock-'));
  lock = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('one holder at a time, and the file goes with the last', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFileLock(lock, 20_000, async () => {
        most = Math.max(most, ++inside);
        await turn();
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('is given back when the work fails', async () => {
  const thrown = new Error('no');
  await expect(withFileLock(lock, 1_000, () => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(existsSync(lock)).toBe(false);
});

test('of a dead process is taken over', async () => {
  writeFileSync(lock, '999999999 1');
  expect(await withFileLock(lock, 1_000, async () => readFileSync(lock, 'utf8'))).toBe(ownMark());
});

test('of a process id that was given out again is taken over', async () => {
  writeFileSync(lock, `${process.pid} long-ago`);
  expect(await withFileLock(lock, 1_000, async () => 'held')).toBe('held');
});

test('left empty by a process that died while making it is taken over after a while', async () => {
  writeFileSync(lock, '');
  await expect(withFileLock(lock, 50, async () => 'held')).rejects.toMatchObject({ code: 'lock_timeout' });
  utimesSync(lock, new Date(0), new Date(0));
  expect(await withFileLock(lock, 1_000, async () => 'held')).toBe('held');
});

test('of a live process is waited for, up to the limit', async () => {
  writeFileSync(lock, ownMark());
  await expect(withFileLock(lock, 50, async () => 'held')).rejects.toMatchObject({ code: 'lock_timeout' });
  expect(existsSync(lock)).toBe(true);
});
