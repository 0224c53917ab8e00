/** From the outbox to those who read the topics, with the real processes in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPLAY_HEADER } from '../../../domain/messages.ts';
import { tap } from '../../support/stream-tap.ts';
import type { Tap, Tapped } from '../../support/stream-tap.ts';
import type { StreamProcess } from '../../support/stream-process.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const PORTFOLIO = 'PORT_1';
const SECURITY = 'SEC_1';
const LAST_DAY = '2025-01-10';

let world: StreamWorld;
let reading: Tap | undefined;
beforeEach(async () => {
  world = await openStreamWorld();
});
afterEach(async () => {
  await reading?.close();
  reading = undefined;
  await world.close();
});

/** With the digits as they stand here. */
function transaction(id: string, date: string, fields: string, security = SECURITY): Outbound {
  return {
    kind: 'transactions',
    key: PORTFOLIO,
    value:
      `{"transaction_id":"${id}","portfolio_id":"${PORTFOLIO}","security_id":"${security}",` +
      `"transaction_date":"${date}T10:00:00Z","currency":"EUR","epoch":0,${fields}}`,
  };
}
const bought = (quantity: string, price: string) =>
  `"transaction_type":"BUY","quantity":${quantity},"price":${price},"trade_fee":1.25`;
const close = (date: string, price: string, security = SECURITY): Outbound => ({
  kind: 'prices',
  key: security,
  value: { security_id: security, date, price },
});

/**
 * A few settled days. One topic after the other, since nothing orders them among each other: a trade that
 * comes after the business date of its day is a restatement already.
 */
async function begin(): Promise<void> {
  await world.send([
    { kind: 'portfolios', key: PORTFOLIO, value: { portfolio_id: PORTFOLIO, base_currency: 'EUR' } },
    ...[SECURITY, 'SEC_2', 'SEC_3'].map((id): Outbound => ({
      kind: 'securities',
      key: id,
      value: { security_id: id, currency: 'EUR', type: 'equity' },
    })),
  ]);
  await world.settled();
  await world.send([close('2025-01-01', '50'), close('2025-01-01', '20', 'SEC_2')]);
  await world.settled();
  await world.send([
    transaction(
      'CASH',
      '2025-01-01',
      '"transaction_type":"DEPOSIT","gross_transaction_amount":10000',
      'CASH_EUR',
    ),
    transaction('FIRST', '2025-01-02', bought('10.000000000000000001', '50.05')),
    transaction('LAST', '2025-01-08', bought('0.3', '51.123456789')),
    transaction('OTHER', '2025-01-03', bought('7', '20'), 'SEC_2'),
  ]);
  await world.settled();
  await world.send([{ kind: 'business-dates', key: null, value: { date: LAST_DAY } }]);
  await world.settled();
}

type Json = Readonly<Record<string, unknown>>;

function valueOf({ value }: Tapped): Json {
  const parsed: Json = JSON.parse(value!.toString());
  return parsed;
}

/** Each position's rows by `security date`, without the epoch they stand under. */
async function rowsByDay(): Promise<Map<string, string>> {
  const rows = await world.books.db.database.query<{ place: string; content: string }>(
    `select s.security_id || ' ' || d.date as place,
            (to_jsonb(d) - 'id' - 'epoch')::text || (to_jsonb(t) - 'epoch')::text as content
     from daily_position_snapshots d
     join position_timeseries t using (portfolio_no, security_no, date, epoch)
     join securities s using (security_no)
     where d.superseded_by is null`,
  );
  return new Map(rows.map(({ place, content }) => [place, content]));
}

async function epochOf(security: string): Promise<number> {
  const [row] = await world.books.db.database.query<{ epoch: number }>(
    `select s.epoch from position_state s join securities using (security_no) where security_id = $1`,
    [security],
  );
  return row!.epoch;
}

describe('a back-dated transaction', () => {
  it('publishes its key again in the order of the books, and the days that differ; we take no notice of it', async () => {
    const process = await world.startReady('all');
    await begin();
    const consumed = (outcome: string) =>
      process.metric('chronofolio_kafka_messages_total', { topic: world.topic('transactions'), outcome });
    for (const [epoch, late] of [
      [1, transaction('LATE_1', '2025-01-05', bought('0.123456789012345678', '49.5'))],
      [2, transaction('LATE_2', '2025-01-04', bought('2', '48.000000001'))],
    ] as const) {
      const before = await rowsByDay();
      const head = await world.books.log.head();
      const ignored = await consumed('ignored');
      reading = await tap(world, [world.topic('transactions'), world.topic('snapshots')]);
      await reading.caughtUp();
      const read = reading.messages.length;
      await world.send([late]);
      await world.settled();
      await reading.caughtUp();
      const messages = reading.messages.slice(read);
      await reading.close();

      expect(await epochOf(SECURITY)).toBe(epoch);
      const replays = messages.filter(
        ({ topic, headers }) => topic === world.topic('transactions') && REPLAY_HEADER in headers,
      );
      const ids = ['FIRST', ...(epoch === 2 ? ['LATE_2'] : []), 'LATE_1', 'LAST'];
      const ofKey = replays.filter((each) => valueOf(each).security_id === SECURITY);
      expect(ofKey.map((each) => valueOf(each).transaction_id)).toEqual(ids);
      expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
      for (const replay of replays) {
        expect(replay.key).toBe(PORTFOLIO);
        expect(valueOf(replay).epoch).toBe(await epochOf(String(valueOf(replay).security_id)));
      }
      const texts = ofKey.map(({ value }) => value!.toString());
      expect(texts[0]).toContain('"quantity":10.000000000000000001,"price":50.05,');
      expect(texts.at(-1)).toContain('"quantity":0.3,"price":51.123456789,');
      expect(texts.at(-2)).toContain('"quantity":0.123456789012345678,"price":49.5,');
      expect(texts.at(-2)).toContain('"trade_fee":1.25');

      // Nothing but the transaction itself is a new fact.
      expect(await world.books.log.head()).toBe(head + 1);
      expect((await consumed('ignored')) - ignored).toBe(replays.length);
      expect(await consumed('fenced')).toBe(0);

      const after = await rowsByDay();
      const differing = [...after]
        .filter(([place, content]) => before.get(place) !== content)
        .map(([place]) => place);
      const announced = messages
        .filter(({ topic }) => topic === world.topic('snapshots'))
        .map(valueOf)
        .map(({ security_id, date }) => `${String(security_id)} ${String(date)}`);
      expect(announced.sort()).toEqual(differing.sort());
      expect(differing.length).toBeGreaterThan(0);
      for (const said of messages.filter(({ topic }) => topic === world.topic('snapshots')).map(valueOf))
        expect(said.epoch, JSON.stringify(said)).toBe(await epochOf(String(said.security_id)));
    }
    expect(await world.books.db.database.query(`select * from dead_letters`)).toEqual([]);
    expect(await world.books.projections.verify({})).toMatchObject({ ok: true });
  }, 120_000);

  it('whose publisher is killed between sending and noting it is published twice, never lost', async () => {
    const processes: StreamProcess[] = [
      await world.startReady('positions'),
      await world.startReady('market-data'),
    ];
    const timeseries = await world.startReady('timeseries');
    await begin();
    expect(await timeseries.stop()).toBe(0);
    reading = await tap(world, [world.topic('transactions'), world.topic('snapshots')]);
    await reading.caughtUp();
    const read = reading.messages.length;
    const { database } = world.books.db;
    const published = () =>
      reading!.messages
        .slice(read)
        .filter(({ headers, topic }) => topic !== world.topic('transactions') || REPLAY_HEADER in headers);
    let first: readonly Tapped[] = [];

    await database.transaction(async (kept) => {
      await database.transaction(async (lease) => {
        await lease.query(`select from outbox_publisher for update`);
        await world.send([transaction('LATE', '2025-01-05', bought('3', '49.5'))]);
        await world.until(async () => {
          const [row] = await database.query<{ rows: number; marks: number }>(
            `select (select count(*) from outbox) as rows, (select count(*) from dirty) as marks`,
          );
          return row!.rows > 0 && row!.marks === 0 ? undefined : 'nothing is noted';
        });
        await kept.query(`select from outbox for update`);
      });
      // The publisher sends, and cannot note it.
      await world.until(async () => {
        const waiting = await database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%delete from outbox%'`,
        );
        return waiting.length > 0 ? undefined : 'nothing is sent';
      });
      await reading!.caughtUp();
      first = published();
      // Either of them may be the one that publishes.
      await Promise.all(processes.map((process) => process.kill()));
    });
    expect(first.length).toBeGreaterThan(3);
    const [left] = await database.query<{ rows: number }>(`select count(*) as rows from outbox`);
    expect(left!.rows).toBeGreaterThan(0);

    for (const role of ['positions', 'market-data', 'timeseries'] as const) await world.startReady(role);
    await world.settled();
    await reading.caughtUp();
    const texts = (messages: readonly Tapped[]) => messages.map(({ value }) => value!.toString()).sort();
    expect(texts(published())).toEqual([...texts(first), ...texts(first)].sort());
    expect(await world.books.projections.verify({})).toMatchObject({ ok: true });
  }, 180_000);
});

describe('the aggregation of a day', () => {
  it('is only ever ordered when all of its positions are there; who orders it before waits until they are', async () => {
    const violations: unknown[] = [];
    await world.startReady('positions');
    await world.startReady('timeseries');
    await world.startReady('market-data');
    reading = await tap(world, [world.topic('aggregation')], async (message) => {
      const { aggregation_date: date, correlation_id: order } = valueOf(message);
      if (order === 'FOREIGN') return;
      const missing = await world.books.db.database.query(INCOMPLETE, [PORTFOLIO, date]);
      if (missing.length > 0) violations.push({ date, order, missing });
    });
    await begin();
    const stateOf = async (date: string) => {
      const [row] = await world.books.db.database.query<{ state: string; correlation_id: string }>(
        `select state, correlation_id from aggregation_days where date = $1`,
        [date],
      );
      return row && `${row.state} ${row.correlation_id}`;
    };
    expect(await stateOf('2025-01-06')).toMatch(/^done SCHEDULER_JOB_/);

    // Nobody knows what these are worth: from that day on the portfolio has no day.
    await world.send([
      transaction('IN', '2025-01-05', '"transaction_type":"TRANSFER_IN","quantity":5', 'SEC_3'),
    ]);
    await world.settled(20);
    const seen = reading.messages.length;
    await world.send([
      {
        kind: 'aggregation',
        key: PORTFOLIO,
        value: { portfolio_id: PORTFOLIO, aggregation_date: '2025-01-06', correlation_id: 'FOREIGN' },
      },
      close('2025-01-09', '55'),
    ]);
    await world.settled(20);
    await reading.caughtUp();
    expect(await stateOf('2025-01-06')).toBe('pending FOREIGN');
    expect(reading.messages.slice(seen).map((each) => valueOf(each).correlation_id)).toEqual(['FOREIGN']);
    const rows = () =>
      world.books.db.database.query<{ date: string }>(
        `select date from portfolio_timeseries where superseded_by is null order by date`,
      );
    expect((await rows()).map(({ date }) => date)).toEqual([
      '2025-01-01',
      '2025-01-02',
      '2025-01-03',
      '2025-01-04',
    ]);

    await world.send([close('2025-01-04', '31', 'SEC_3')]);
    await world.settled();
    expect(await stateOf('2025-01-06')).toBe('done FOREIGN');
    await world.until(async () =>
      (await stateOf('2025-01-07'))?.startsWith('done SCHEDULER_JOB_') ? undefined : 'not aggregated',
    );
    expect((await rows()).at(-1)).toEqual({ date: LAST_DAY });
    await reading.caughtUp();
    expect(violations).toEqual([]);
    expect(reading.messages.length).toBeGreaterThan(10);
    expect(await world.books.projections.verify({})).toMatchObject({ ok: true });
  }, 120_000);
});

/** Positions that a day must have by the facts, and does not have with a value; or that it has no row itself. */
const INCOMPLETE = `
  with due as (
    select t.portfolio_no, t.security_no
    from transactions t join portfolios p using (portfolio_no)
    where p.portfolio_id = $1 and t.day <= $2::date - date '1970-01-01'
    group by t.portfolio_no, t.security_no
  )
  select d.security_no, r.eod_market_value_base from due d
  left join position_timeseries r
    on r.portfolio_no = d.portfolio_no and r.security_no = d.security_no and r.date = $2::date
   and r.superseded_by is null
  where r.eod_market_value_base is null
  union all
  select null, null where not exists (
    select from portfolio_timeseries r join portfolios p using (portfolio_no)
    where p.portfolio_id = $1 and r.date = $2::date and r.superseded_by is null)`;
