/** The consumers, the scheduler and the aggregator on a test's books, and messages to give them. */
import { expect } from 'vitest';
import { createAggregationStore } from '../../../infra/kafka-store/aggregation-store.ts';
import type { BatchResult, HandleBatch, Message } from '../../../domain/messages.ts';
import { createAggregator } from '../../../projections/aggregation/aggregator.ts';
import { createAggregationConsumer } from '../../../projections/aggregation/order-consumer.ts';
import { createAggregationScheduler } from '../../../projections/aggregation/scheduler.ts';
import { createSnapshotConsumer } from '../../../projections/aggregation/snapshot-consumer.ts';
import { facts } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

export const start = [
  facts.portfolio('P1'),
  facts.security('S1', 'EUR'),
  facts.security('S2', 'EUR'),
  facts.prices('S1', 'EUR', [['2025-01-02', '51']]),
  facts.prices('S2', 'EUR', [['2025-01-02', '20']]),
  facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
    transaction_id: 'T1',
    gross_transaction_amount: '1000',
  }),
  facts.transaction('P1', 'BUY', 'S1', '2025-01-03', { transaction_id: 'T2', quantity: '10', price: '50' }),
  facts.transaction('P1', 'BUY', 'S2', '2025-01-04', { transaction_id: 'T3', quantity: '1', price: '20' }),
  facts.transaction('P1', 'SELL', 'S2', '2025-01-06', { transaction_id: 'T4', quantity: '1', price: '21' }),
  facts.closeDay('2025-01-10'),
];

export const late = facts.transaction('P1', 'BUY', 'S1', '2025-01-05', {
  transaction_id: 'LATE',
  quantity: '1',
  price: '40',
});

export function messageOf(value: unknown, offset = 0): Message {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { offset, key: Buffer.from('P1'), value: Buffer.from(text), headers: [] };
}

export function snapshot(securityId: string, date: string, epoch = 0) {
  return { id: 1, portfolio_id: 'P1', security_id: securityId, date, epoch };
}

export function order(date: string, correlationId = 'JOB_1') {
  return { portfolio_id: 'P1', aggregation_date: date, correlation_id: correlationId };
}

export type Row = Readonly<Record<string, unknown>>;

export function aggregationOn(books: Books) {
  const { database } = books.db;
  const store = createAggregationStore(() => Promise.resolve(database));
  let ids = 0;
  let next = 0;
  const log: unknown[] = [];
  const logger = {
    debug: () => undefined,
    info: (message: string, fields?: object) => log.push({ message, ...fields }),
    warn: (message: string, fields?: object) => log.push({ message, ...fields }),
    error: () => undefined,
    child: () => logger,
  };
  const snapshots = createSnapshotConsumer({ store });
  const orders = createAggregationConsumer({ store });
  const scheduler = createAggregationScheduler({ store, newId: () => String(++ids) });
  const aggregator = createAggregator({ store, logger });

  /** Gives a consumer the next batch. */
  async function give(handle: HandleBatch, values: readonly unknown[]): Promise<BatchResult> {
    const expected = next;
    next += values.length;
    return handle({
      groupId: 'g',
      topic: 't',
      partition: 0,
      expected,
      next,
      messages: values.map((value, index) => messageOf(value, expected + index)),
    });
  }

  return {
    store,
    snapshots,
    orders,
    scheduler,
    aggregator,
    log,
    giveSnapshots: (...values: readonly unknown[]) => give(snapshots, values),
    giveOrders: (...values: readonly unknown[]) => give(orders, values),
    /** The orders in the outbox, taken out. */
    async ordered(): Promise<Row[]> {
      return database.query(
        `with gone as (delete from outbox where kind = 'aggregation' returning *)
         select portfolio_id, date '1970-01-01' + from_day as from, date '1970-01-01' + through_day as through,
                correlation_id from gone order by outbox_id`,
      );
    },
    states: async (): Promise<string[]> =>
      (
        await database.query<{ line: string }>(
          `select concat_ws(' ', date, state, correlation_id, epoch) as line from aggregation_days order by date`,
        )
      ).map(({ line }) => line),
    marks: () =>
      database.query<Row>(
        `select s.security_id, date '1970-01-01' + from_day as from, date '1970-01-01' + through_day as through, cause
         from dirty left join securities s using (security_no) order by dirty_id`,
      ),
    /** Waits until nothing is to be folded any more. */
    async folded(): Promise<void> {
      await expect
        .poll(async () => {
          await books.projections.catchUp();
          return database.query(`select cause from dirty`);
        })
        .toEqual([]);
    },
    /** Damages the rows of a security (or the portfolio's own) on a day. */
    damage: (statement: string) => database.query(statement),
  };
}
