import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createDeliveryStore } from '../../../infra/alerts/delivery-store.ts';
import { createAlertPublisher } from '../../../infra/alerts/kafka-alerts.ts';
import { createWebhookSender } from '../../../infra/alerts/webhook.ts';
import type { OutgoingMessage } from '../../../infra/kafka/producer.ts';
import { createAlertHooks } from '../../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../../infra/market-store/alerts.ts';
import type { Database } from '../../../infra/database/database.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createAlertDelivery, webhookDelay } from '../../../projections/market/alert-delivery.ts';
import type { AlertDeliveryOptions } from '../../../projections/market/alert-delivery.ts';
import type { AlertRules, AlertSettings } from '../../../projections/market/alert-rules.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { Polling } from '../../../projections/outbox/polling.ts';
import { ABLE, settings } from '../../support/alerts.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;
let rules: AlertRules;
let server: Server;
let url: string;
/** What the webhook answers, by the number of the request; 200 after the last. */
let answers: number[] = [];
let received: string[] = [];
let workers: Polling[] = [];

beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  database = db.database;
  rules = createAlertStore({ database, abilities: ABLE });
  server = createServer((request, response) => {
    received.push(String(request.headers['x-chronofolio-delivery']));
    request.resume();
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  server.close();
  await db.close();
});
beforeEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  answers = [];
  received = [];
  await database.query(`delete from alert_deliveries; delete from alert_events; delete from alert_rules`);
});

function worker(options: Partial<AlertDeliveryOptions> = {}): Polling {
  const made = createAlertDelivery({
    store: createDeliveryStore(database),
    sendWebhook: createWebhookSender({ allowedHosts: ['127.0.0.1'], secret: 'of all' }),
    logger: SILENT_LOGGER,
    retryMs: 1,
    pollMs: 2,
    ...options,
  });
  workers.push(made);
  made.start();
  return made;
}

const hooks = createAlertHooks({ calendarOf });

/** Makes a rule and lets it be raised so often. */
async function raised(count: number, fields: Partial<AlertSettings> = {}): Promise<string> {
  const created = await rules.create(settings('price > 200', { webhookUrl: url, ...fields }));
  if (!created.ok) throw new Error('refused');
  const prices = Array.from({ length: count }, (_, at) => [201 + at, 199]).flat();
  await database.transaction((tx) =>
    hooks.priceTicks(
      tx,
      prices.map((price, timestamp) => ({ symbolNo: 1, symbol: fields.symbol ?? 'AAPL', price, timestamp })),
    ),
  );
  return created.rule.rule_id;
}

async function deliveries(ruleId?: string) {
  const { rows } = await rules.history({ ruleId, limit: 100 });
  return rows.flatMap((row) => row.deliveries);
}

const whenDelivered = (count: number) =>
  vi.waitFor(async () => {
    const done = (await deliveries()).filter(({ status }) => status === 'delivered');
    expect(done).toHaveLength(count);
  });

describe('webhooks', () => {
  it('are delivered once each, by whichever process', async () => {
    worker();
    worker();
    const ids = [await raised(20), await raised(5, { symbol: 'MSFT' })];
    await whenDelivered(25);
    const sent = (await Promise.all(ids.map((ruleId) => rules.history({ ruleId, limit: 100 })))).flatMap(
      ({ rows }) => rows.map(({ alert_id }) => alert_id),
    );
    expect([...received].sort()).toEqual([...sent].sort());
  });

  it('are tried again until they arrive', async () => {
    answers = [500, 302, 429];
    worker();
    await raised(1);
    await whenDelivered(1);
    expect(await deliveries()).toMatchObject([
      { channel: 'webhook', status: 'delivered', attempts: 4, next_attempt_at: null, last_error: null },
    ]);
    expect(new Set(received).size).toBe(1);
  });

  it('are given up after so many attempts, for all to see', async () => {
    answers = Array.from({ length: 9 }, () => 500);
    const outcomes: string[] = [];
    worker({
      maxAttempts: 3,
      observer: {
        alertDelivery: (channel, outcome, count) => outcomes.push(`${channel} ${outcome} ${count}`),
        alertBacklog: () => undefined,
      },
    });
    await raised(1);
    await vi.waitFor(async () =>
      expect(await deliveries()).toMatchObject([{ status: 'failed', attempts: 3, last_error: 'HTTP 500' }]),
    );
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    expect(outcomes).toEqual(['webhook retried 1', 'webhook retried 1', 'webhook failed 1']);
    expect(received).toHaveLength(3);
  });

  it('wait with growing patience, bounded', () => {
    expect([1, 2, 3, 20].map((attempts) => webhookDelay(attempts, 2_000, () => 0))).toEqual([
      1_000, 2_000, 4_000, 300_000,
    ]);
    expect(webhookDelay(100, 2_000, () => 1)).toBe(600_000);
  });

  it('that may not be sent are given up at once', async () => {
    worker({ sendWebhook: createWebhookSender({ allowedHosts: [], secret: 'of all' }) });
    await raised(1);
    await vi.waitFor(async () =>
      expect(await deliveries()).toMatchObject([{ status: 'failed', attempts: 1 }]),
    );
    expect(received).toEqual([]);
  });

  it('of a process that died are taken again when its lease is over', async () => {
    await raised(1);
    const store = createDeliveryStore(database);
    const wanted = { limit: 5, perRule: 5, leaseMs: 60_000, except: [] };
    const [taken] = await store.takeWebhooks(wanted);
    expect(await store.takeWebhooks(wanted)).toEqual([]);
    await database.query(`update alert_deliveries set next_attempt_at = clock_timestamp()`);
    const [again] = await store.takeWebhooks(wanted);
    expect(again).toMatchObject({ eventNo: taken!.eventNo, attempts: 2 });
    // What the first one has to say comes too late, unless it arrived.
    await store.note(taken!, { ok: false, final: true, error: 'HTTP 500' }, undefined);
    expect(await deliveries()).toMatchObject([{ status: 'pending' }]);
    await store.note(taken!, { ok: true }, undefined);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  it('of a rule do not keep those of others waiting', async () => {
    await raised(10);
    const other = await raised(1, { symbol: 'MSFT' });
    const store = createDeliveryStore(database);
    const taken = await store.takeWebhooks({ limit: 8, perRule: 2, leaseMs: 60_000, except: [] });
    expect(taken.filter(({ alert }) => alert.rule_id === other)).toHaveLength(1);
    expect(taken).toHaveLength(3);
    const ruleId = taken.find(({ alert }) => alert.rule_id !== other)!.alert.rule_id;
    expect(await store.takeWebhooks({ limit: 8, perRule: 2, leaseMs: 1, except: [ruleId] })).toEqual([]);
  });

  it('of a rule that was removed are not sent any more', async () => {
    const id = await raised(3);
    await rules.remove(id);
    worker();
    expect(await deliveries(id)).toMatchObject(
      Array.from({ length: 3 }, () => ({ status: 'failed', last_error: 'the rule was removed' })),
    );
    const after = await raised(1);
    await vi.waitFor(async () => expect(await deliveries(after)).toMatchObject([{ status: 'delivered' }]));
    expect(received).toHaveLength(1);
  });

  it('are looked for as soon as alerts are raised in this process', async () => {
    const events = createMarketEvents(() => undefined);
    let looks = 0;
    const store = createDeliveryStore(database);
    worker({
      events,
      pollMs: 3_600_000,
      store: {
        ...store,
        takeWebhooks: (wanted) => {
          looks += 1;
          return store.takeWebhooks(wanted);
        },
      },
    });
    await vi.waitFor(() => expect(looks).toBeGreaterThan(0));
    await raised(1);
    await vi.waitFor(async () => {
      events.publish({ type: 'alerts', alerts: [] });
      expect(await deliveries()).toMatchObject([{ status: 'delivered' }]);
    });
  });
});

describe('alerts for Kafka', () => {
  it('are published in order under their symbol, and once they are taken not again', async () => {
    const sent: OutgoingMessage[] = [];
    const producer = { send: async (messages: readonly OutgoingMessage[]) => void sent.push(...messages) };
    await raised(3, { webhookUrl: null, kafka: true });
    const publish = createAlertPublisher({ producer, topic: 'alerts' });
    const store = createDeliveryStore(database);
    expect(await store.publish(2, publish)).toBe(2);
    expect(await store.publish(2, publish)).toBe(1);
    expect(await store.publish(2, publish)).toBe(0);
    expect(sent.map(({ topic, key }) => [topic, key])).toEqual(Array(3).fill(['alerts', 'AAPL']));
    const values = sent.map(({ value }) => (JSON.parse(String(value)) as { value: number }).value);
    expect(values).toEqual([201, 202, 203]);
  });

  it('do not keep their rule from being removed while the brokers are slow', async () => {
    const id = await raised(1, { webhookUrl: null, kafka: true });
    let removed = false;
    const published = await createDeliveryStore(database).publish(10, async () => {
      removed = await rules.remove(id);
    });
    expect([published, removed]).toEqual([1, true]);
    expect(await deliveries(id)).toMatchObject([{ status: 'delivered' }]);
  });

  it('stay as long as the brokers do not take them', async () => {
    let down = true;
    await raised(1, { webhookUrl: null, kafka: true });
    const store = createDeliveryStore(database);
    const publish = async () => {
      if (down) throw Object.assign(new Error('no brokers at 10.0.0.7'), { code: 'unavailable' });
    };
    await expect(store.publish(10, publish)).rejects.toThrow('no brokers');
    expect(await deliveries()).toMatchObject([
      { channel: 'kafka', status: 'pending', attempts: 1, last_error: 'unavailable' },
    ]);
    expect(await store.backlog()).toMatchObject([
      { channel: 'kafka', rows: 1 },
      { channel: 'webhook', rows: 0, ageSeconds: 0 },
    ]);
    down = false;
    worker({ publish });
    await whenDelivered(1);
    expect(await deliveries()).toMatchObject([{ attempts: 2, last_error: null }]);
  });
});
