import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import type { Snapshot } from '../../../projections/market/model.ts';
import type { SnapshotReads } from '../../../projections/market/snapshots.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { gate } from '../../support/gate.ts';
import {
  clockTick,
  change,
  endStage,
  openStage,
  pricesOf,
  publish,
  storeFour,
} from '../../support/socket-stage.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await storeFour(db.database);
});
afterAll(() => db.close());
afterEach(endStage);

const open = (reads?: SnapshotReads) => openStage(db.database, {}, reads);

/** Reads that wait to be let go on, and find then what is stored by then, or what was read before. */
function slowReads(): { reads: SnapshotReads; asked: Promise<void>; answer: (found: Snapshot[]) => void } {
  const asked = gate();
  const answer = gate<Snapshot[]>();
  const many = () => {
    asked.open();
    return answer.promise;
  };
  return {
    reads: { ...createSnapshotReads(db.database), many, all: many },
    asked: asked.promise,
    answer: answer.open,
  };
}

test('an older price is never sent', async () => {
  const { connect, events } = await open();
  const client = await connect();
  client.say({ type: 'subscribe', symbol: 'X' });
  await client.next('subscribed');
  const [first, second, third] = [change('X', 1), change('X', 2), change('X', 3)];
  publish(events, second, first, second);
  publish(events, first, third);
  await client.until(() => pricesOf(client).length === 2);
  expect(pricesOf(client)).toEqual([2, 3]);
});

test('of one moment the later arrival counts, also within a batch', async () => {
  const { connect, events } = await open();
  const client = await connect();
  client.say({ type: 'subscribe', symbol: 'X' });
  await client.next('subscribed');
  const at = clockTick();
  publish(events, change('X', 1, at), change('X', 2, at), change('X', 2, at));
  publish(events, { ...change('X', 3, at), updated_at: '2025-08-22T08:30:00.000001Z' });
  await client.until(() => pricesOf(client).length === 3);
  expect(pricesOf(client)).toEqual([1, 2, 3]);
});

test.each(['X', '*'])('a read of %s that is older than a change meanwhile is not sent', async (symbol) => {
  const { reads, asked, answer } = slowReads();
  const { connect, events } = await open(reads);
  const client = await connect();
  const [old, fresh] = [change('X', 1), change('X', 2)];
  client.say({ type: 'subscribe', symbol });
  await asked;
  publish(events, fresh);
  answer([old]);
  publish(events, change('X', 3));
  await client.until(() => pricesOf(client).includes(3));
  expect(pricesOf(client)).toEqual([2, 3]);
});

test('a read that is ahead of what is published: nobody misses anything, nobody goes back', async () => {
  const { reads, asked, answer } = slowReads();
  const { connect, events } = await open({ ...reads, many: async () => [] });
  const [before, all] = [await connect(), await connect()];
  before.say({ type: 'subscribe', symbol: 'X' });
  await before.next('subscribed');
  const [one, two, three, four] = [1, 2, 3, 4].map((price) => change('X', price));
  publish(events, one!);
  await before.until(() => pricesOf(before).length === 1);
  publish(events, two!);
  all.say({ type: 'subscribe', symbol: '*' });
  await asked;
  answer([three!]);
  await all.until(() => pricesOf(all).includes(3));
  publish(events, three!);
  publish(events, four!);
  for (const client of [before, all]) await client.until(() => pricesOf(client).includes(4));
  expect([pricesOf(before), pricesOf(all)]).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ]);
});

test('a read that fails is told, and made good', async () => {
  const reads = createSnapshotReads(db.database);
  let failures = 0;
  const { connect } = await open({
    ...reads,
    many: async (symbols) => {
      if (failures++ === 0) throw new Error('away');
      return reads.many(symbols);
    },
  });
  const client = await connect();
  client.say({ type: 'subscribe', symbol: 'AAPL' });
  expect((await client.next('error')).error).toBe('current prices cannot be read just now');
  await client.until(() => pricesOf(client).length === 1);
});
