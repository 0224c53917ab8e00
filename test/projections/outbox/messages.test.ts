import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import type { TransactionFields } from '../../../domain/events.ts';
import { aggregationMessages, replayMessage, snapshotMessage } from '../../../projections/outbox/messages.ts';

const fields: TransactionFields = {
  transaction_id: 'TXN_001',
  portfolio_id: 'PORT_001',
  security_id: 'SEC_AAPL',
  transaction_date: '2025-08-15T10:00:00.000000Z',
  transaction_type: 'BUY',
  quantity: '10',
  price: '150',
  gross_transaction_amount: '1500',
  trade_fee: '5',
  taxes: '0',
  accrued_interest: '0',
  currency: 'USD',
};

describe('a snapshot', () => {
  it('is announced with its id, day and epoch under the key of its portfolio', () => {
    const message = snapshotMessage({
      id: 54321,
      portfolioId: 'PORT_001',
      securityId: 'SEC_AAPL',
      date: '2025-08-20',
      epoch: 1,
    });
    expect(message).toEqual({
      key: 'PORT_001',
      value: '{"id":54321,"portfolio_id":"PORT_001","security_id":"SEC_AAPL","date":"2025-08-20","epoch":1}',
    });
  });
});

describe('an order', () => {
  it('makes a message for each of its days', () => {
    const messages = aggregationMessages({
      portfolioId: 'PORT_001',
      fromDay: day('2025-02-28'),
      throughDay: day('2025-03-01'),
      correlationId: 'SCHEDULER_JOB_X',
    });
    expect(messages.map(({ key, value }) => [key, JSON.parse(value) as unknown])).toEqual(
      ['2025-02-28', '2025-03-01'].map((date) => [
        'PORT_001',
        { portfolio_id: 'PORT_001', aggregation_date: date, correlation_id: 'SCHEDULER_JOB_X' },
      ]),
    );
  });
});

describe('a transaction that is published again', () => {
  it('has the fields of the first time, its new epoch and a header to be known by', () => {
    const message = replayMessage({ epoch: 3, fields, cost: '1505' });
    expect(message.key).toBe('PORT_001');
    expect(message.headers).toEqual([['x-chronofolio-replay', '1']]);
    expect(JSON.parse(message.value)).toEqual({
      transaction_id: 'TXN_001',
      portfolio_id: 'PORT_001',
      security_id: 'SEC_AAPL',
      transaction_date: '2025-08-15T10:00:00Z',
      transaction_type: 'BUY',
      quantity: 10,
      price: 150,
      gross_transaction_amount: 1500,
      net_cost: 1505,
      trade_currency: 'USD',
      currency: 'USD',
      trade_fee: 5,
      epoch: 3,
    });
  });

  it('keeps every digit, which a float would not', () => {
    const { value } = replayMessage({
      epoch: 1,
      fields: {
        ...fields,
        quantity: '12345678901234567890.123456789012345678',
        price: '0.000000000000000001',
      },
      cost: null,
    });
    expect(value).toContain('"quantity":12345678901234567890.123456789012345678,');
    expect(value).toContain('"price":0.000000000000000001,');
  });

  it("gives the sender's own cost where there is one, and none where nobody knows it", () => {
    const costOf = (row: Parameters<typeof replayMessage>[0]): unknown =>
      Reflect.get(JSON.parse(replayMessage(row).value) as object, 'net_cost');
    expect(costOf({ epoch: 1, fields: { ...fields, net_cost: '1504.99' }, cost: '1505' })).toBe(1504.99);
    expect(costOf({ epoch: 1, fields, cost: null })).toBeUndefined();
  });

  it('carries the optional fields it came with', () => {
    const optional = {
      transaction_date: '2025-08-15T10:00:00.120000Z',
      taxes: '1.5',
      accrued_interest: '2.5',
      settlement_date: '2025-08-18',
      fx_rate: '0.9',
      ratio: '2',
      target_security_id: 'SEC_B',
      cost_fraction: '0.25',
      lots: [{ lot_id: 'L1', quantity: '3.5' }],
      note: 'a "note"\nof two lines',
    };
    const { value } = replayMessage({ epoch: 1, fields: { ...fields, ...optional }, cost: null });
    expect(JSON.parse(value)).toMatchObject({
      ...optional,
      transaction_date: '2025-08-15T10:00:00.12Z',
      taxes: 1.5,
      accrued_interest: 2.5,
      fx_rate: 0.9,
      ratio: 2,
      cost_fraction: 0.25,
      lots: [{ lot_id: 'L1', quantity: 3.5 }],
    });
  });
});
