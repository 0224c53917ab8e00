import { afterEach, describe, expect, it } from 'vitest';
import { createOutboxPublisher } from '../../../infra/kafka/outbox-publisher.ts';
import type { OutboxPublisherOptions } from '../../../infra/kafka/outbox-publisher.ts';
import type { OutgoingMessage } from '../../../infra/kafka/producer.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { correction, cancellation } from '../../support/amendments.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const topics = { transactions: 'transactions', snapshots: 'snapshots', aggregation: 'aggregation' };

const start = [
  facts.portfolio('P1'),
  facts.security('S1', 'EUR'),
  facts.prices('S1', 'EUR', [['2025-01-02', '51']]),
  facts.transaction('P1', 'BUY', 'S1', '2025-01-03', {
    transaction_id: 'T2',
    quantity: '10',
    price: '50',
    gross_transaction_amount: '500',
    trade_fee: '5',
  }),
  facts.transaction('P1', 'SELL', 'S1', '2025-01-05', {
    transaction_id: 'T3',
    quantity: '4',
    price: '60',
    gross_transaction_amount: '240',
    net_cost: '-202.25',
  }),
  facts.closeDay('2025-01-08'),
];
const late = facts.transaction('P1', 'BUY', 'S1', '2025-01-02', {
  transaction_id: 'T1',
  quantity: '2',
  price: '40',
  gross_transaction_amount: '80',
});

describe('the outbox publisher', () => {
  let books: Books;
  afterEach(() => books.close());

  async function given(items = start): Promise<void> {
    books = await openBooks(undefined, { outbox: { replays: true } });
    await books.project(...items);
  }

  function publisher(options: Partial<OutboxPublisherOptions> = {}) {
    const sent: OutgoingMessage[] = [];
    const created = createOutboxPublisher({
      activeDatabase: () => Promise.resolve(books.db.database),
      producer: {
        send: (messages) => {
          sent.push(...messages);
          return Promise.resolve();
        },
      },
      topics,
      republishReplays: true,
      logger: SILENT_LOGGER,
      ...options,
    });
    const drain = async () => {
      for (let rounds = 0; (await created.step()) > 0; rounds++) expect(rounds).toBeLessThan(100);
      return sent.splice(0);
    };
    return { ...created, drain, sent };
  }

  const said = (messages: readonly OutgoingMessage[], topic: string) =>
    messages
      .filter((message) => message.topic === topic)
      .map((message) => JSON.parse(String(message.value)) as Record<string, unknown>);
  const left = async () =>
    (await books.db.database.query<{ rows: number }>(`select count(*) as rows from outbox`))[0]!.rows;

  it('announces each snapshot once, under the key of its portfolio', async () => {
    await given();
    const messages = await publisher().drain();
    expect(new Set(messages.map(({ topic, key }) => `${topic} ${String(key)}`))).toEqual(
      new Set(['snapshots P1']),
    );
    const stored = await books.db.database.query(
      `select d.id, 'P1' as portfolio_id, s.security_id, d.date, d.epoch
       from daily_position_snapshots d join securities s using (security_no)`,
    );
    expect(said(messages, 'snapshots')).toHaveLength(stored.length);
    expect(said(messages, 'snapshots')).toEqual(expect.arrayContaining(stored));
    expect(await left()).toBe(0);
  });

  it('cuts what is too much for a round, and goes on where it stopped', async () => {
    await given();
    const sizes: number[] = [];
    const { step, sent } = publisher({ budget: 4 });
    for (let before = 0; (await step()) > 0; before = sent.length) sizes.push(sent.length - before);
    expect(Math.max(...sizes)).toBe(4);
    const days = said(sent, 'snapshots').map(({ security_id: id, date }) => `${String(id)} ${String(date)}`);
    expect(new Set(days).size).toBe(days.length);
    expect(days.filter((day) => day.startsWith('S1'))).toEqual(
      ['03', '04', '05', '06', '07', '08'].map((date) => `S1 2025-01-${date}`),
    );
  });

  it('announces snapshots that were superseded before it got to them, and then those that replaced them', async () => {
    await given();
    await books.project(late);
    const days = said(await publisher().drain(), 'snapshots')
      .filter((message) => message.security_id === 'S1')
      .map(({ date, epoch }) => `${String(date)} ${String(epoch)}`);
    const dates = ['03', '04', '05', '06', '07', '08'];
    expect(days).toEqual(expect.arrayContaining(dates.map((date) => `2025-01-${date} 1`)));
    expect(days).toEqual(expect.arrayContaining(dates.slice(0, -1).map((date) => `2025-01-${date} 0`)));
    expect(days.indexOf('2025-01-03 0')).toBeLessThan(days.indexOf('2025-01-03 1'));
  });

  it('publishes all transactions of a restated key again, in the order of the books, with the new epoch', async () => {
    await given();
    const { drain } = publisher();
    await drain();
    await books.project(late);
    const messages = await drain();
    const replayed = said(messages, 'transactions');
    expect(replayed.map((t) => [t.transaction_id, t.epoch, t.net_cost])).toEqual([
      ['T1', 1, 80],
      ['T2', 1, 505],
      // The sender's own figure, where it gave one.
      ['T3', 1, -202.25],
    ]);
    for (const message of messages.filter(({ topic }) => topic === 'transactions'))
      expect(message).toMatchObject({ key: 'P1', headers: [['x-chronofolio-replay', '1']] });
    // First the transactions: whoever recomputes from them meets the new epoch there.
    expect(messages[0]!.topic).toBe('transactions');
  });

  it('publishes corrected transactions as corrected, and cancelled ones not at all', async () => {
    await given();
    const { drain } = publisher();
    await drain();
    await books.project(cancellation(['P1', 'S1', 'T3']));
    await drain();
    await books.project(correction(['P1', 'S1', 'T2'], { quantity: '11', gross_transaction_amount: '550' }));
    expect(
      said(await drain(), 'transactions').map((t) => [t.transaction_id, t.quantity, t.net_cost, t.epoch]),
    ).toEqual([['T2', 11, 555, 2]]);
  });

  it('reads a long list of transactions in pages, in order', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) =>
      facts.transaction('P1', 'BUY', 'S1', '2025-01-06', {
        transaction_id: `M${String((index * 7_919) % 2_500).padStart(5, '0')}`,
        quantity: '1',
        price: '10',
        gross_transaction_amount: '10',
      }),
    );
    await given([...start, ...many]);
    const { drain } = publisher({ budget: 1_000 });
    await drain();
    await books.project(late);
    const replayed = said(await drain(), 'transactions').map((t) => [t.transaction_id, t.net_cost]);
    expect(replayed.map(([id]) => id)).toEqual([
      'T1',
      'T2',
      'T3',
      ...Array.from({ length: 2_500 }, (_, index) => `M${String(index).padStart(5, '0')}`),
    ]);
    expect(new Set(replayed.slice(3).map(([, cost]) => cost))).toEqual(new Set([10]));
  });

  it('drops replays where they are not wanted', async () => {
    await given();
    const { drain } = publisher({ republishReplays: false });
    await drain();
    await books.project(late);
    expect(said(await drain(), 'transactions')).toEqual([]);
    expect(await left()).toBe(0);
  });

  it('keeps the rows when the messages cannot be sent, and sends them later', async () => {
    await given();
    const before = await left();
    const failing = publisher({ producer: { send: () => Promise.reject(new Error('away')) } });
    await expect(failing.step()).rejects.toThrow('away');
    expect(await left()).toBe(before);
    const other = publisher();
    expect(said(await other.drain(), 'snapshots').length).toBeGreaterThan(0);
  });

  it('publishes in one process at a time', async () => {
    await given();
    let release = (): void => undefined;
    let reached = (): void => undefined;
    const sending = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = publisher({
      producer: {
        send: () => {
          reached();
          return held;
        },
      },
    });
    const second = publisher();
    const publishing = first.step();
    await sending;
    expect(await second.step()).toBe(0);
    expect(second.sent).toEqual([]);
    release();
    expect(await publishing).toBeGreaterThan(0);
    expect(await left()).toBe(0);
  });

  it('tells how much is waiting, and since when', async () => {
    await given();
    const seen: [number, number][] = [];
    const rows = await left();
    const { step } = publisher({ metrics: { outbox: (depth, age) => seen.push([depth, age]) } });
    await step();
    expect(seen[0]![0]).toBe(rows);
    expect(seen[0]![1]).toBeGreaterThan(0);
  });
});
