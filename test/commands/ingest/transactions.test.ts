import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngest } from '../../../commands/ingest/ingest.ts';
import type { StoredEvent } from '../../../domain/log.ts';
import { MAX_MESSAGE_BYTES, message, openIngest, told, TRANSACTION } from './support/ingest.ts';
import type { IngestFixture, Outgoing } from './support/ingest.ts';

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(() => fixture.close());

const take = (...messages: readonly Outgoing[]) => fixture.take('transactions', ...messages);
const types = async () => (await fixture.events()).map(({ type }) => type);
const recorded = (event: StoredEvent | undefined) =>
  event?.type === 'TransactionRecorded' ? event.data : undefined;

describe('a new transaction', () => {
  it('opens its portfolio with explicit cash, registers its security and is recorded once', async () => {
    expect(told(await take(message(TRANSACTION)))).toEqual(['1 accepted']);
    const [opened, registered, transaction] = await fixture.events();
    expect(opened).toMatchObject({
      type: 'PortfolioOpened',
      data: { portfolio_id: 'PORT_001', base_currency: 'USD', cash: 'explicit' },
    });
    expect(registered).toMatchObject({ type: 'SecurityRegistered', data: { security_id: 'SEC_AAPL' } });
    expect(recorded(transaction)).toMatchObject({ transaction_id: 'TXN_001', net_cost: '1505' });
  });

  it('carries the coordinates of its message, and the name of the chain it belongs to', async () => {
    await take(
      message(TRANSACTION),
      message({ ...TRANSACTION, transaction_id: 'TXN_002' }, { correlation_id: 'JOB_7' }),
    );
    const last = (await fixture.events()).at(-1);
    expect(last?.metadata).toEqual({
      source: 'kafka',
      correlation_id: 'JOB_7',
      kafka: { topic: 'transactions', partition: 0, offset: '1' },
    });
  });

  it('keeps every digit of its numbers', async () => {
    await take(
      message(
        JSON.stringify(TRANSACTION).replace('"price":150,', '"price":12345678901234.1234567890,') + '\n',
      ),
    );
    expect(recorded((await fixture.events()).at(-1))?.price).toBe('12345678901234.123456789');
  });

  it('is accepted before the purchase it depends on', async () => {
    const sale = { ...TRANSACTION, transaction_id: 'S', transaction_type: 'SELL' };
    expect(told(await take(message(sale), message(TRANSACTION)))).toEqual(['2 accepted']);
  });
});

describe('a transaction that comes again', () => {
  it('is a duplicate when it says the same, in the same batch or a later one', async () => {
    const again = { ...TRANSACTION, quantity: '10.000', price: '150' };
    expect(told(await take(message(TRANSACTION), message(again)))).toEqual(['1 accepted', '1 duplicate']);
    expect(told(await take(message(again)))).toEqual(['1 duplicate']);
    expect(await types()).toEqual(['PortfolioOpened', 'SecurityRegistered', 'TransactionRecorded']);
  });

  it('is a dead letter when it says something else, and nothing of it stays', async () => {
    const other = { ...TRANSACTION, portfolio_id: 'PORT_NEW', security_id: 'SEC_NEW' };
    const result = await take(message(TRANSACTION), message(other));
    expect(told(result)).toEqual(['1 accepted', 'dead: conflict']);
    expect(await types()).toEqual(['PortfolioOpened', 'SecurityRegistered', 'TransactionRecorded']);

    const third = { ...other, transaction_id: 'TXN_003' };
    expect(told(await take(message(other), message(third)))).toEqual(['1 accepted', 'dead: conflict']);
    expect((await types()).slice(3)).toEqual([
      'PortfolioOpened',
      'SecurityRegistered',
      'TransactionRecorded',
    ]);
  });
});

describe('a message that cannot be taken', () => {
  it.each([
    ['without a value', null, 'empty', 'no value'],
    ['that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'encoding', 'UTF-8'],
    ['that is not JSON', Buffer.from('{"transaction_id": \u0000 oops'), 'json', 'malformed JSON'],
    ['that is too large', Buffer.alloc(MAX_MESSAGE_BYTES + 1, 32), 'too_large', '10001 bytes'],
    ['that is no object', Buffer.from('[1]'), 'invalid', 'an object'],
    [
      'with a negative price',
      Buffer.from(JSON.stringify({ ...TRANSACTION, price: -1 })),
      'invalid',
      'price: must not be negative (not_negative)',
    ],
    [
      'with a field of no meaning',
      Buffer.from(JSON.stringify({ ...TRANSACTION, colour: 'red' })),
      'invalid',
      'colour',
    ],
    [
      'with an epoch that is none',
      Buffer.from(JSON.stringify({ ...TRANSACTION, epoch: -1 })),
      'invalid',
      'epoch',
    ],
    [
      'in a currency its security is not kept in',
      Buffer.from(JSON.stringify({ ...TRANSACTION, currency: 'EUR', trade_currency: 'EUR' })),
      'invalid',
      'currency: SEC_AAPL is kept in USD (currency_mismatch)',
    ],
  ])(
    '%s becomes a dead letter that says why; its neighbours are taken',
    async (_what, value, code, reason) => {
      const result = await take(
        message(TRANSACTION),
        { value },
        message({ ...TRANSACTION, transaction_id: 'TXN_002' }),
      );
      expect(told(result)).toEqual(['2 accepted', `dead: ${code}`]);
      expect(result.status === 'committed' && result.deadLetters[0]?.reason).toContain(reason);
      const rows = await fixture.db.database.query(
        'select topic, partition, message_offset, key, value, error_code, status from dead_letters',
      );
      expect(rows).toEqual([
        {
          topic: 'transactions',
          partition: 0,
          message_offset: 1,
          key: null,
          value,
          error_code: code,
          status: 'open',
        },
      ]);
      expect((await types()).filter((type) => type === 'TransactionRecorded')).toHaveLength(2);
    },
  );

  it('is buried alone when only the database can tell, and keeps nobody waiting', async () => {
    const { store } = fixture.dependencies;
    const picky = createIngest({
      ...fixture.dependencies,
      store: {
        commit: async (effects) =>
          effects.requests.some(({ idempotency }) => idempotency?.key === 'transaction:BAD')
            ? { status: 'refused', reason: 'no such character\u0000' }
            : store.commit(effects),
      },
    });
    const messages = ['TXN_001', 'BAD', 'TXN_003'].map((id, offset) => ({
      offset,
      key: null,
      value: message({ ...TRANSACTION, transaction_id: id }).value,
      headers: [],
    }));
    const batch = { groupId: 'test', topic: 'transactions', partition: 0, expected: 0, next: 3, messages };
    expect(told(await picky.transactions(batch))).toEqual(['2 accepted', 'dead: refused']);
    const rows = await fixture.db.database.query(
      'select next_offset, message_offset, error_message from kafka_offsets, dead_letters',
    );
    expect(rows).toEqual([{ next_offset: 3, message_offset: 1, error_message: 'no such character ' }]);
  });
});

describe('a portfolio that is closed', () => {
  it('takes no new transactions, and knows the old ones', async () => {
    await take(message(TRANSACTION));
    await fixture.log.append({
      streamId: 'portfolio-PORT_001',
      expected: 1,
      events: [
        {
          type: 'PortfolioClosed',
          data: { portfolio_id: 'PORT_001', date: '2025-08-18' },
          effectiveAt: '2025-08-18T00:00:00.000000Z',
          metadata: { source: 'http' },
        },
      ],
    });
    const result = await take(message(TRANSACTION), message({ ...TRANSACTION, transaction_id: 'LATE' }));
    expect(told(result)).toEqual(['1 duplicate', 'dead: closed']);
  });
});

describe('offsets', () => {
  it('are those of the batch, in the transaction of its effects', async () => {
    await take(message(TRANSACTION), message('nonsense'));
    const rows = await fixture.db.database.query(
      'select group_id, topic, partition, next_offset from kafka_offsets',
    );
    expect(rows).toEqual([{ group_id: 'test', topic: 'transactions', partition: 0, next_offset: 2 }]);
  });

  it('fence a batch that somebody else has taken: nothing of it is committed', async () => {
    await take(message(TRANSACTION));
    const before = await fixture.log.head();
    const result = await fixture.ingest.transactions({
      groupId: 'test',
      topic: 'transactions',
      partition: 0,
      expected: 0,
      next: 2,
      messages: [
        { offset: 0, key: null, value: Buffer.from('nonsense'), headers: [] },
        {
          offset: 1,
          key: null,
          value: Buffer.from(JSON.stringify({ ...TRANSACTION, transaction_id: 'Z' })),
          headers: [],
        },
      ],
    });
    expect(result).toEqual({ status: 'fenced' });
    expect(await fixture.log.head()).toBe(before);
    expect(await fixture.db.database.query('select from dead_letters')).toEqual([]);
  });
});

describe('others at work on the same log', () => {
  it('win a race, and the batch is decided again on what they did', async () => {
    const { store } = fixture.dependencies;
    let raced = false;
    const late = createIngest({
      ...fixture.dependencies,
      store: {
        async commit(effects) {
          if (!raced) {
            raced = true;
            await take(message({ ...TRANSACTION, price: 151 }));
          }
          return store.commit(effects);
        },
      },
    });
    const messages = ['TXN_001', 'TXN_002'].map((id, offset) => ({
      offset,
      key: null,
      value: message({ ...TRANSACTION, transaction_id: id }).value,
      headers: [],
    }));
    const batch = { groupId: 'late', topic: 'transactions', partition: 1, expected: 0, next: 2, messages };
    expect(told(await late.transactions(batch))).toEqual(['1 accepted', 'dead: conflict']);
    expect(await types()).toEqual([
      'PortfolioOpened',
      'SecurityRegistered',
      'TransactionRecorded',
      'TransactionRecorded',
    ]);
  });
});
