import { describe, expect, it } from 'vitest';
import { parseTransaction } from '../../../commands/schemas/transaction.ts';

const buy = {
  transaction_id: 'T1',
  portfolio_id: 'P1',
  security_id: 'S1',
  transaction_date: '2025-08-15T10:00:00Z',
  transaction_type: 'BUY',
  quantity: 10.0,
  price: '150.00',
};

/** The errors as `field rule`, or none. */
function errorsOf(changes: object, base: object = buy): string[] {
  const parsed = parseTransaction({ ...base, ...changes });
  return parsed.ok ? [] : parsed.errors.map(({ field, rule }) => `${field} ${rule}`);
}

const of = (transaction_type: string, changes: object = {}) =>
  errorsOf({ transaction_type, quantity: undefined, price: undefined, ...changes });

describe('a transaction', () => {
  it('parses to canonical text', () => {
    expect(parseTransaction({ ...buy, trade_fee: 5.5, epoch: 0, net_cost: -1505 })).toEqual({
      ok: true,
      value: {
        ...buy,
        transaction_date: '2025-08-15T10:00:00.000000Z',
        quantity: '10',
        price: '150',
        trade_fee: '5.5',
        net_cost: '-1505',
        epoch: 0,
      },
    });
  });

  it('takes null in an optional field for its absence', () => {
    expect(errorsOf({ trade_fee: null, note: null, lots: null })).toEqual([]);
    expect(errorsOf({ portfolio_id: null })).toEqual(['portfolio_id type']);
  });

  it('names an unknown field', () => {
    expect(parseTransaction({ ...buy, prise: 1 })).toEqual({
      ok: false,
      errors: [{ field: 'prise', rule: 'unknown_field', message: 'there is no field "prise"' }],
    });
  });

  it('reports everything at once, between the fields too', () => {
    expect(
      errorsOf({
        portfolio_id: undefined,
        transaction_date: '2025-02-30',
        price: -1,
        quantity: 0,
        currency: 'USD',
        trade_currency: 'EUR',
        ratio: '2',
        foo: 1,
      }),
    ).toEqual([
      'portfolio_id required',
      'transaction_date date',
      'price not_negative',
      'foo unknown_field',
      'quantity positive',
      'ratio not_applicable',
      'trade_currency disagrees',
    ]);
  });

  it.each([null, 'text', 7, [buy]])('is an object, not %j', (input) => {
    expect(parseTransaction(input)).toEqual({
      ok: false,
      errors: [{ field: '', rule: 'type', message: 'must be an object' }],
    });
  });

  it.each([
    [{ transaction_type: 'SWAP' }, ['transaction_type one_of']],
    [{ quantity: '1'.repeat(40) }, ['quantity digits']],
    [{ quantity: '0' }, ['quantity positive']],
    [{ quantity: undefined }, ['quantity required']],
    [{ price: undefined }, ['price required']],
    [{ price: undefined, gross_transaction_amount: '1500' }, []],
    [{ gross_transaction_amount: '1500.01' }, []],
    [{ fx_rate: 0 }, ['fx_rate positive']],
    [{ epoch: 3 }, ['epoch replay']],
    [{ lots: [{ lot_id: 'L', quantity: 1 }] }, ['lots not_applicable']],
    [
      { cost_fraction: '0.5', target_security_id: 'S2' },
      ['target_security_id not_applicable', 'cost_fraction not_applicable'],
    ],
  ])('of type BUY with %j: %j', (changes, errors) => {
    expect(errorsOf(changes)).toEqual(errors);
  });

  it.each([
    ['SELL', { quantity: 1, price: 2, lots: [{ lot_id: 'L', quantity: 1 }] }, []],
    ['SELL', { quantity: 1, price: 2, lots: [{ lot_id: 'L', quantity: 2 }] }, ['lots disagrees']],
    ['SELL', { quantity: 1, price: 2, lots: [] }, ['lots length']],
    ['SELL', { quantity: 1, price: 2, lots: [{ lot_id: 'L', quantity: -1 }] }, ['lots.0.quantity positive']],
    ['DIVIDEND', {}, ['gross_transaction_amount required']],
    ['DIVIDEND', { gross_transaction_amount: 5, accrued_interest: 1 }, ['accrued_interest not_applicable']],
    ['DIVIDEND', { quantity: 10, price: '0.5' }, []],
    ['FEE', {}, ['gross_transaction_amount required']],
    ['FEE', { trade_fee: 3 }, []],
    ['DEPOSIT', {}, ['gross_transaction_amount required']],
    ['DEPOSIT', { quantity: 5 }, []],
    ['DEPOSIT', { gross_transaction_amount: 0 }, ['gross_transaction_amount positive']],
    ['DEPOSIT', { quantity: 5, gross_transaction_amount: 6 }, ['gross_transaction_amount disagrees']],
    ['TRANSFER_IN', {}, ['quantity required']],
    ['SPLIT', {}, ['ratio required']],
    ['SPLIT', { ratio: 7, quantity: 0, price: 0 }, []],
    ['SPLIT', { ratio: 0 }, ['ratio positive']],
    ['SPLIT', { ratio: 7, quantity: 70 }, ['quantity not_applicable']],
    ['SPIN_OFF', {}, ['target_security_id required', 'ratio required', 'cost_fraction required']],
    ['SPIN_OFF', { target_security_id: 'S1', ratio: 1, cost_fraction: 0.2 }, ['target_security_id differs']],
    ['MERGER', { target_security_id: 'S2', ratio: '1.5' }, []],
    ['MERGER', { gross_transaction_amount: 100 }, []],
    ['EXCHANGE', { target_security_id: 'S2', ratio: '1.5', quantity: 3 }, []],
  ])('of type %s with %j: %j', (type, changes, errors) => {
    expect(of(type, changes)).toEqual(errors);
  });
});
