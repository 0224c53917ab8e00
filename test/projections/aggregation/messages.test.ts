import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { readOrders, readSnapshots } from '../../../projections/aggregation/messages.ts';
import { messageOf, order, snapshot } from './support.ts';

const reasons = (values: readonly unknown[], read: typeof readSnapshots | typeof readOrders) =>
  read(values.map((value) => messageOf(value))).deadLetters.map(({ code, reason }) => `${code}: ${reason}`);

describe('a persisted snapshot', () => {
  it('is read with its day, and with fields that others have added', () => {
    const { read, deadLetters } = readSnapshots([
      messageOf({ ...snapshot('S1', '2025-08-20', 1), trace: 'x' }),
    ]);
    expect(read.map(({ said }) => said)).toEqual([
      { id: 1, portfolio_id: 'P1', security_id: 'S1', date: day('2025-08-20'), epoch: 1 },
    ]);
    expect(deadLetters).toEqual([]);
  });

  it.each([
    ['id', -1],
    ['id', 1.5],
    ['id', undefined],
    ['portfolio_id', ''],
    ['portfolio_id', 7],
    ['security_id', 'with space'],
    ['date', '2025-8-20'],
    ['date', '2025-02-29'],
    ['date', '1899-12-31'],
    ['epoch', null],
    ['epoch', -1],
    ['epoch', 2 ** 31],
  ])('is no such thing when %s is %j', (field, value) => {
    expect(reasons([{ ...snapshot('S1', '2025-08-20'), [field]: value }], readSnapshots)).toEqual([
      expect.stringContaining(`invalid: ${field}: `),
    ]);
  });

  it('is none when it is not JSON, not UTF-8, or nothing', () => {
    const { deadLetters } = readSnapshots([
      messageOf('{"id":\u0000'),
      { ...messageOf(''), value: new Uint8Array([0x22, 0xff, 0x22]) },
      { ...messageOf(''), value: null },
      messageOf('null'),
    ]);
    expect(deadLetters.map(({ code }) => code)).toEqual(['json', 'json', 'json', 'invalid']);
    // What is wrong is kept as a text of the database, which has no NUL.
    for (const { reason } of deadLetters) expect(reason).not.toContain('\u0000');
  });
});

describe('an order', () => {
  it('is read with its day and its correlation id', () => {
    expect(readOrders([messageOf(order('2025-08-20', 'a job, of ours'))]).read[0]?.said).toEqual({
      portfolio_id: 'P1',
      aggregation_date: day('2025-08-20'),
      correlation_id: 'a job, of ours',
    });
  });

  it.each([
    ['aggregation_date', '20.08.2025'],
    ['correlation_id', undefined],
    ['correlation_id', 'two\nlines'],
    ['correlation_id', 'x'.repeat(201)],
  ])('is no such thing when %s is %j', (field, value) => {
    expect(reasons([{ ...order('2025-08-20'), [field]: value }], readOrders)).toEqual([
      expect.stringContaining(`invalid: ${field}: `),
    ]);
  });
});
