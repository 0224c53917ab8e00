import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openListener } from '../../../infra/database/listener.ts';
import type { Listener, ListenerOptions } from '../../../infra/database/listener.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
const open: Listener[] = [];

beforeAll(async () => {
  db = await createTestDatabase({ empty: true });
});
afterAll(() => db.close());
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

function listen(options: Partial<ListenerOptions> = {}) {
  const seen = { payloads: [] as string[], pids: [] as number[], lost: [] as unknown[] };
  const listener = openListener({
    url: db.url,
    channel: 'letters',
    onNotification: (payload) => seen.payloads.push(payload),
    onConnected: (pid) => seen.pids.push(pid),
    onLost: (error) => seen.lost.push(error),
    ...options,
  });
  open.push(listener);
  return { seen, listener };
}

const notify = (payload: string) => db.database.query(`select pg_notify('letters', $1)`, [payload]);

test('hears what is notified, in order', async () => {
  const { seen } = listen();
  await expect.poll(() => seen.pids.length).toBe(1);
  for (const payload of ['a', 'b', 'c']) await notify(payload);
  await expect.poll(() => seen.payloads).toEqual(['a', 'b', 'c']);
});

test('comes back after its connection is ended, prepared again', async () => {
  const { seen } = listen({ prepare: 'select pg_advisory_lock_shared(7, 7)' });
  await expect.poll(() => seen.pids.length).toBe(1);
  await db.database.query('select pg_terminate_backend($1)', [seen.pids[0]]);
  await expect.poll(() => seen.pids.length, { timeout: 5_000 }).toBe(2);
  expect(seen.lost).toEqual([expect.objectContaining({ code: 'unavailable' })]);
  await notify('again');
  await expect.poll(() => seen.payloads).toEqual(['again']);
  const holders = await db.database.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and classid = 7 and objid = 7`,
  );
  expect(holders.map(({ pid }) => pid)).toEqual([seen.pids[1]]);
});

test('goes on trying where nobody answers, and tells no password', async () => {
  const { seen, listener } = listen({ url: 'postgresql://user:hunter2@127.0.0.1:1/nowhere' });
  await expect.poll(() => seen.lost.length, { timeout: 5_000 }).toBeGreaterThan(1);
  expect(seen.lost[0]).toMatchObject({ code: 'unavailable' });
  expect(String(seen.lost[0])).not.toContain('hunter2');
  await listener.close();
  expect(seen.pids).toEqual([]);
});

test('hears nothing once it is closed', async () => {
  const { seen, listener } = listen();
  await expect.poll(() => seen.pids.length).toBe(1);
  await listener.close();
  await notify('late');
  expect([seen.payloads, seen.lost]).toEqual([[], []]);
});

test('a channel is a plain name', () => {
  expect(() => listen({ channel: 'x; drop table y' })).toThrow(RangeError);
});
