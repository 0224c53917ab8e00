import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../../infra/database/database.ts';
import { type EmbeddedServer, openEmbedded } from '../../../infra/embedded/embedded.ts';
import { markOf } from '../../../infra/embedded/processes.ts';
import { forkTypeScript } from '../../support/fork.ts';

// Making a cluster takes a second or more: one is enough for most.
const parent = mkdtempSync(join(tmpdir(), 'chronofolio-embedded-'));
// The directory above may only be entered by its owner, as a home directory.
const home = join(parent, 'home');
const opened: EmbeddedServer[] = [];
const children: ChildProcess[] = [];
vi.setConfig({ testTimeout: 90_000 });

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of opened.splice(0)) await server.close().catch(() => undefined);
  // A home whose users were all killed still has its server: attach and leave.
  await (await openEmbedded({ home })).close();
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

async function open(): Promise<EmbeddedServer> {
  const server = await openEmbedded({ home });
  opened.push(server);
  return server;
}

async function ask<R extends object>(server: { url: string }, text: string): Promise<R[]> {
  const database = openDatabase({ url: server.url, maxConnections: 1 });
  try {
    return await database.query<R>(text);
  } finally {
    await database.close();
  }
}

const serverPid = () => Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
const isUp = (pid: number) => markOf(pid) !== undefined;
const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 20_000, interval: 20 });

/** Another process that opens the server and says so. */
async function openElsewhere(): Promise<{ child: ChildProcess; url: string }> {
  const child = forkTypeScript(new URL('./embedded-user.ts', import.meta.url), [home]);
  children.push(child);
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return { child, url: message.url };
}

test('starts, keeps data over a stop, and is private', async () => {
  const first = await open();
  await ask(first, 'create table kept (n int); insert into kept values (42)');
  expect(statSync(join(home, 'password')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'postgres')).mode & 0o777).toBe(0o700);
  expect(await ask(first, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const wrong = first.url.replace(/:[0-9a-f]{48}@/, ':guess@');
  await expect(ask({ url: wrong }, 'select 1')).rejects.toMatchObject({ code: 'authentication_failed' });
  const tcp = first.url.replace(/\?.*/, '');
  expect(await ask({ url: tcp }, 'select n from kept')).toEqual([{ n: 42 }]);

  const pid = serverPid();
  await first.close();
  expect(isUp(pid)).toBe(false);
  const again = await open();
  expect(again.url).toBe(first.url);
  expect(await ask(again, 'select n from kept')).toEqual([{ n: 42 }]);
});

test('is shared by those who come later, even at the same instant, and stopped by the last', async () => {
  const servers = await Promise.all([open(), open(), openElsewhere(), openElsewhere()]);
  const pid = serverPid();
  const pids = await Promise.all(
    servers.map((server) => ask<{ pid: number }>(server, 'select pg_postmaster_start_time()')),
  );
  expect(new Set(pids.map((rows) => JSON.stringify(rows))).size).toBe(1);

  await opened[0]!.close();
  await opened[1]!.close();
  expect(isUp(pid)).toBe(true);
  const [, , third, fourth] = servers;
  for (const user of [third, fourth]) {
    user.child.send('close');
    await once(user.child, 'exit');
  }
  expect(isUp(pid)).toBe(false);
  expect(readdirSync(join(home, 'clients'))).toEqual([]);
});

test('outlives a killed user, and the next one attaches', async () => {
  const user = await openElsewhere();
  const pid = serverPid();
  user.child.kill('SIGKILL');
  await once(user.child, 'exit');
  expect(isUp(pid)).toBe(true);
  const next = await open();
  expect(serverPid()).toBe(pid);
  // The killed one no longer counts as a user.
  await next.close();
  expect(isUp(pid)).toBe(false);
});

test('comes back with everything committed after the server was killed', async () => {
  const user = await openElsewhere();
  await ask(user, 'drop table if exists kept; create table kept (n int); insert into kept values (1)');
  const pid = serverPid();
  user.child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await until(() => !isUp(pid));
  const next = await open();
  expect(serverPid()).not.toBe(pid);
  expect(await ask(next, 'select n from kept')).toEqual([{ n: 1 }]);
});

test('is started again under a running user when it was killed', async () => {
  const server = await open();
  const pid = serverPid();
  process.kill(pid, 'SIGKILL');
  await until(() =>
    ask(server, 'select 1').then(
      () => true,
      () => false,
    ),
  );
  expect(serverPid()).not.toBe(pid);
});

test('is not misled by a pid file whose number now belongs to somebody else, nor by a dead lock', async () => {
  const server = await open();
  const file = join(home, 'postgres', 'postmaster.pid');
  const lines = readFileSync(file, 'utf8').split('\n');
  await server.close();
  lines[0] = String(process.pid);
  writeFileSync(file, lines.join('\n'), { mode: 0o600 });
  writeFileSync(join(home, 'lock'), '999999999 1');
  writeFileSync(join(home, 'clients', 'dead'), '999999999 1');
  const next = await open();
  expect(await ask(next, 'select 1 as n')).toEqual([{ n: 1 }]);
  const pid = serverPid();
  await next.close();
  expect(isUp(pid)).toBe(false);
});

test('a cluster whose making was interrupted is made anew', async () => {
  const other = join(parent, 'interrupted');
  mkdirSync(join(other, 'postgres.new', 'cluster', 'base'), { recursive: true });
  const server = await openEmbedded({ home: other });
  opened.push(server);
  expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  expect(readdirSync(other)).not.toContain('postgres.new');
});

test('data of another major version is refused by name', async () => {
  await (await open()).close();
  const file = join(home, 'postgres', 'PG_VERSION');
  const version = readFileSync(file, 'utf8');
  writeFileSync(file, '9\n');
  try {
    await expect(openEmbedded({ home })).rejects.toMatchObject({ code: 'incompatible_data' });
  } finally {
    writeFileSync(file, version);
  }
});
