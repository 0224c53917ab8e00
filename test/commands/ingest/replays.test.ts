import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPLAY_HEADER } from '../../../domain/messages.ts';
import type { PositionKey } from '../../../commands/ingest/ports.ts';
import { message, openIngest, told, TRANSACTION } from './support/ingest.ts';
import type { IngestFixture } from './support/ingest.ts';

const CURRENT = 3;
let asked: readonly PositionKey[] = [];
let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest({
    currentEpochs: async (keys) => {
      asked = keys;
      return keys.map(() => CURRENT);
    },
  });
  await fixture.take('transactions', message(TRANSACTION));
});
afterEach(() => fixture.close());

const replay = (epoch: number, changes: object = {}, headers = {}) =>
  message({ ...TRANSACTION, epoch, ...changes }, headers);
const outcome = async (...messages: Parameters<typeof replay>) =>
  told(await fixture.take('transactions', replay(...messages)));

describe('a transaction with an epoch above 0', () => {
  it('is no news when it is our own', async () => {
    const headers = { [REPLAY_HEADER]: '3' };
    expect(await outcome(CURRENT, {}, headers)).toEqual(['1 ignored']);
    expect(await outcome(1, { price: 7, colour: 'red' }, headers)).toEqual(['1 ignored']);
  });

  it('is fenced below the current epoch of its key', async () => {
    expect(await outcome(CURRENT - 1)).toEqual(['1 fenced']);
    expect(asked).toEqual([{ portfolioId: 'PORT_001', securityId: 'SEC_AAPL' }]);
  });

  it('is no news at or above it when it says what is known', async () => {
    expect(await outcome(CURRENT)).toEqual(['1 ignored']);
    expect(await outcome(CURRENT + 1)).toEqual(['1 ignored']);
  });

  it('is no news when it says what the transaction was corrected to', async () => {
    await fixture.log.append({
      streamId: 'transactions-PORT_001-SEC_AAPL',
      expected: 'any',
      events: [
        {
          type: 'TransactionCorrected',
          data: {
            transaction_id: 'TXN_001',
            portfolio_id: 'PORT_001',
            security_id: 'SEC_AAPL',
            changes: { price: '151', gross_transaction_amount: '1510' },
            reason: 'broker',
          },
          effectiveAt: '2025-08-15T10:00:00.000000Z',
          metadata: { source: 'http' },
        },
      ],
    });
    expect(await outcome(CURRENT, { price: 151, gross_transaction_amount: 1510 })).toEqual(['1 ignored']);
  });

  it('is a dead letter when it says something else', async () => {
    expect(await outcome(CURRENT, { price: 151 })).toEqual(['dead: conflict']);
    expect(await outcome(CURRENT, { portfolio_id: 'PORT_OTHER' })).toEqual(['dead: conflict']);
  });

  it('is a dead letter when nobody ever recorded it', async () => {
    expect(await outcome(CURRENT, { transaction_id: 'NEVER' })).toEqual(['dead: unknown_replay']);
  });

  it('appends nothing, whatever comes of it', async () => {
    const before = await fixture.log.head();
    await outcome(CURRENT, { transaction_id: 'NEVER', portfolio_id: 'NEW' });
    expect(await fixture.log.head()).toBe(before);
  });
});

it('takes a new fact that carries the header of a replay: only the epoch makes it one', async () => {
  const result = await fixture.take(
    'transactions',
    message({ ...TRANSACTION, transaction_id: 'COPIED' }, { [REPLAY_HEADER]: '0' }),
  );
  expect(told(result)).toEqual(['1 accepted']);
});
