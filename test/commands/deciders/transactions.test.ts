import { describe, expect, it } from 'vitest';
import { newlyPending } from '../../../commands/deciders/appliable.ts';
import type { TransactionContext } from '../../../commands/deciders/complete-transaction.ts';
import { completeTransaction } from '../../../commands/deciders/complete-transaction.ts';
import type { KeyState } from '../../../commands/deciders/transactions.ts';
import {
  decideCancel,
  decideCorrect,
  decideRecord,
  evolveKey,
  initialKey,
} from '../../../commands/deciders/transactions.ts';
import type { CorrectTransaction } from '../../../commands/schemas/correction.ts';
import type { RecordTransaction } from '../../../commands/schemas/transaction.ts';
import type {
  DomainEvent,
  PortfolioSettings,
  SecurityDetails,
  TransactionChanges,
  TransactionFields,
} from '../../../domain/events.ts';
import { spec } from '../support/spec.ts';

const portfolio: PortfolioSettings = {
  portfolio_id: 'P1',
  base_currency: 'USD',
  cost_basis_method: 'fifo',
  cash: 'derived',
  allow_short: false,
  time_zone: 'America/New_York',
  inflow_timing: 'bod',
  outflow_timing: 'eod',
};
const security: SecurityDetails = { security_id: 'S1', currency: 'USD', type: 'equity' };
const context: TransactionContext = { portfolio, security };

const input: RecordTransaction = {
  transaction_id: 'T1',
  portfolio_id: 'P1',
  security_id: 'S1',
  transaction_date: '2025-08-15',
  transaction_type: 'BUY',
  quantity: '10',
  price: '150',
};

function completed(changes: Partial<RecordTransaction> = {}, given = context): TransactionFields {
  const result = completeTransaction({ ...input, ...changes }, given);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.value;
}

function faults(changes: Partial<RecordTransaction>, given = context): string[] {
  const result = completeTransaction({ ...input, ...changes }, given);
  return result.ok ? [] : result.errors.map(({ field, rule }) => `${field} ${rule}`);
}

describe('completing a transaction', () => {
  it('fills in defaults and turns a date into the start of that day where the portfolio is kept', () => {
    expect(completed()).toEqual({
      ...input,
      transaction_date: '2025-08-15T04:00:00.000000Z',
      gross_transaction_amount: '1500',
      trade_fee: '0',
      taxes: '0',
      accrued_interest: '0',
      currency: 'USD',
    });
  });
  it('keeps a gross amount that differs from quantity × price', () => {
    expect(completed({ gross_transaction_amount: '1500.01' }).gross_transaction_amount).toBe('1500.01');
  });
  it('derives the price from the gross amount', () => {
    const { price } = completed({ price: undefined, quantity: '3', gross_transaction_amount: '100' });
    expect(price).toBe('33.3333333333');
  });
  it('takes the gross amount of an exchange for cash in lieu, which follows from nothing', () => {
    const exchange = { transaction_type: 'EXCHANGE' as const, target_security_id: 'S2', ratio: '1' };
    expect(completed(exchange).gross_transaction_amount).toBe('0');
    expect(completed({ ...exchange, price: undefined, gross_transaction_amount: '5' }).price).toBe('0');
  });
  it('rounds the gross amount to ten decimals, half to even', () => {
    const { gross_transaction_amount: gross } = completed({ quantity: '0.5', price: '0.0000000001' });
    expect(gross).toBe('0');
  });
  it('refuses a gross amount beyond the limit', () => {
    expect(faults({ quantity: '9'.repeat(20), price: '9' })).toEqual(['gross_transaction_amount digits']);
  });
  it('takes either figure of a deposit for both', () => {
    const cash = { ...context, security: { ...security, type: 'cash' as const } };
    const deposit = { transaction_type: 'DEPOSIT' as const, quantity: undefined, price: undefined };
    expect(completed({ ...deposit, gross_transaction_amount: '5' }, cash)).toMatchObject({
      quantity: '5',
      price: '1',
      gross_transaction_amount: '5',
    });
    expect(completed({ ...deposit, quantity: '5' }, cash)).toMatchObject({ gross_transaction_amount: '5' });
  });
  it.each([
    [{ currency: 'EUR' }, ['currency currency_mismatch']],
    [{ trade_currency: 'EUR' }, ['trade_currency currency_mismatch']],
    [{ transaction_type: 'DEPOSIT' as const }, ['security_id not_cash']],
    [
      { transaction_type: 'SELL' as const, lots: [{ lot_id: 'T0', quantity: '1' }] },
      ['lots lots_not_allowed'],
    ],
    [{ fx_rate: '1.1' }, ['fx_rate disagrees']],
  ])('judges %j by the portfolio and the security', (changes, errors) => {
    expect(faults(changes)).toEqual(errors);
  });
});

describe('cash in a reorganisation', () => {
  const euros: SecurityDetails = { security_id: 'CASH_EUR', currency: 'EUR', type: 'cash' };
  const dollars: SecurityDetails = { security_id: 'CASH_USD', currency: 'USD', type: 'cash' };
  const into = (type: 'EXCHANGE' | 'MERGER', target: SecurityDetails, from: SecurityDetails) =>
    faults(
      {
        transaction_type: type,
        security_id: from.security_id,
        target_security_id: target.security_id,
        ratio: '1.08',
        price: undefined,
      },
      { portfolio, security: from, target },
    );

  it('is exchanged for other cash', () => {
    expect(into('EXCHANGE', dollars, euros)).toEqual([]);
    const fields = { security_id: 'CASH_EUR', quantity: '1000', price: undefined, ratio: '1.08' };
    const given = { portfolio, security: euros, target: dollars };
    const exchange = { transaction_type: 'EXCHANGE' as const, target_security_id: 'CASH_USD' };
    expect(completed({ ...fields, ...exchange }, given)).toMatchObject({
      quantity: '1000',
      ratio: '1.08',
      currency: 'EUR',
      target_security_id: 'CASH_USD',
      gross_transaction_amount: '0',
    });
  });
  it('is told by its identifier where nothing else is known of it', () => {
    const exchange = { transaction_type: 'EXCHANGE' as const, price: undefined, ratio: '2' };
    expect(faults({ ...exchange, target_security_id: 'CASH_USD' })).toEqual(['target_security_id cash']);
    const given = { portfolio, security: euros };
    expect(faults({ ...exchange, target_security_id: 'CASH_USD' }, given)).toEqual([]);
  });
  it('is refused in any other', () => {
    expect(into('MERGER', dollars, euros)).toEqual(['security_id cash', 'target_security_id cash']);
    expect(into('EXCHANGE', security, euros)).toEqual(['security_id cash']);
    expect(into('EXCHANGE', dollars, security)).toEqual(['target_security_id cash']);
    expect(into('MERGER', dollars, security)).toEqual(['target_security_id cash']);
  });
});

const recorded = (changes: Partial<RecordTransaction> = {}): DomainEvent => ({
  type: 'TransactionRecorded',
  data: completed(changes),
});
const key = { transaction_id: 'T1', portfolio_id: 'P1', security_id: 'S1' };
const cancelled: DomainEvent = { type: 'TransactionCancelled', data: { ...key, reason: 'error' } };
const corrected = (changes: TransactionChanges): DomainEvent => ({
  type: 'TransactionCorrected',
  data: { ...key, changes, reason: 'typo' },
});

describe('recording', () => {
  const given = spec(decideRecord, evolveKey, initialKey);
  it('appends a new transaction', () => given().when(completed()).then(recorded()));
  it('appends nothing the second time, also when it was corrected or cancelled since', () => {
    given(recorded()).when(completed()).thenNothing();
    given(recorded(), corrected({ price: '151' }))
      .when(completed())
      .thenNothing();
    given(recorded(), cancelled).when(completed()).thenNothing();
  });
  it('conflicts with another transaction of that id', () =>
    given(recorded())
      .when(completed({ price: '151' }))
      .thenRefused('conflict', 'transaction_id conflict'));
});

describe('correcting', () => {
  const given = spec(
    (command: CorrectTransaction, state: KeyState) => decideCorrect(command, state, context),
    evolveKey,
    initialKey,
  );
  const correct = (changes: Partial<CorrectTransaction>): CorrectTransaction => ({
    transaction_id: 'T1',
    reason: 'typo',
    ...changes,
  });
  it('moves the gross amount along with the price', () =>
    given(recorded())
      .when(correct({ price: '151' }))
      .then(corrected({ price: '151', gross_transaction_amount: '1510' })));
  it('asks for a gross amount that did not follow from the price', () =>
    given(recorded({ gross_transaction_amount: '1499' }))
      .when(correct({ price: '151' }))
      .thenRefused('invalid', 'gross_transaction_amount required'));
  it('leaves the price alone when the gross amount is given', () =>
    given(recorded())
      .when(correct({ gross_transaction_amount: '1501' }))
      .then(corrected({ gross_transaction_amount: '1501' })));
  it('works on what earlier corrections left', () =>
    given(recorded(), corrected({ price: '151', gross_transaction_amount: '1510' }))
      .when(correct({ quantity: '20' }))
      .then(corrected({ quantity: '20', gross_transaction_amount: '3020' })));
  it('is nothing new when it changes nothing', () =>
    given(recorded())
      .when(correct({ price: '150', portfolio_id: 'P1' }))
      .thenNothing());
  it('makes a whole transaction or none', () => {
    given(recorded())
      .when(correct({ quantity: '0' }))
      .thenRefused('invalid', 'quantity positive');
    given(recorded())
      .when(correct({ transaction_type: 'SPLIT' }))
      .thenRefused(
        'invalid',
        'ratio required',
        'quantity not_applicable',
        'gross_transaction_amount not_applicable',
      );
    given(recorded())
      .when(correct({ currency: 'EUR' }))
      .thenRefused('invalid', 'currency currency_mismatch');
  });
  it('cannot change the identity', () =>
    given(recorded())
      .when(correct({ portfolio_id: 'P2', security_id: 'S2' }))
      .thenRefused('invalid', 'portfolio_id identity', 'security_id identity'));
  it('of an unknown or cancelled transaction is refused', () => {
    given()
      .when(correct({ price: '1' }))
      .thenRefused('not_found', 'transaction_id not_found');
    given(recorded(), cancelled)
      .when(correct({ price: '1' }))
      .thenRefused('cancelled', 'transaction_id cancelled');
  });
});

describe('cancelling', () => {
  const given = spec(decideCancel, evolveKey, initialKey);
  const cancel = { transaction_id: 'T1', reason: 'error' };
  it('is recorded once', () => {
    given(recorded()).when(cancel).then(cancelled);
    given(recorded(), cancelled).when(cancel).thenRefused('cancelled', 'transaction_id cancelled');
    given().when(cancel).thenRefused('not_found', 'transaction_id not_found');
  });
});

describe('what becomes pending', () => {
  const books = { portfolio, securities: new Map([['S1', security]]) };
  const sell = completed({ transaction_id: 'T2', transaction_type: 'SELL', transaction_date: '2025-08-20' });
  it('is a sale of more than is held at that moment', () => {
    const late = completed({ transaction_date: '2025-08-21' });
    expect(newlyPending(books, [late], [late, sell])).toMatchObject([
      { transactionId: 'T2', code: 'insufficient_quantity' },
    ]);
    expect(newlyPending(books, [completed()], [completed(), sell])).toEqual([]);
  });
  it('is a later sale that a new one leaves without enough', () => {
    const between = completed({
      transaction_id: 'T3',
      transaction_type: 'SELL',
      transaction_date: '2025-08-18',
    });
    expect(newlyPending(books, [completed(), sell], [completed(), sell, between])).toMatchObject([
      { transactionId: 'T2' },
    ]);
  });
  it('is not what was pending already', () => {
    expect(newlyPending(books, [sell], [sell, completed({ transaction_date: '2025-08-21' })])).toEqual([]);
  });
});
