import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogReads } from '../../../infra/kafka-store/log-reads.ts';
import { createCurrentEpochs } from '../../../infra/kafka-store/current-epochs.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  await books.append(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    facts.transaction('P', 'BUY', 'S', '2025-01-10', { transaction_id: 'B1', quantity: '10', price: '1' }),
    facts.transaction('P', 'BUY', 'S', '2025-01-11', { transaction_id: 'B2', quantity: '10', price: '1' }),
    facts.prices('S', 'EUR', [['2025-01-10', '1']]),
    facts.closeDay('2025-01-20'),
  );
  await books.log.append({
    streamId: 'keyed',
    expected: 'none',
    events: [
      {
        type: 'BusinessDateAdvanced',
        data: { date: '2025-01-21' },
        effectiveAt: '2025-01-21T00:00:00.000000Z',
        metadata: { source: 'cli' },
      },
    ],
    idempotency: { key: 'transaction:K', fingerprint: 'print' },
  });
});
afterAll(() => books.close());

it('streams are read from a version of each on, all in one question', async () => {
  const reads = createLogReads(books.db.database);
  const streams = await reads.readStreams(
    new Map([
      ['transactions-P-S', 0],
      ['security-S', 1],
      ['security-T', 0],
      ['nowhere', 0],
    ]),
  );
  expect([...streams.keys()].toSorted()).toEqual(['security-T', 'transactions-P-S']);
  expect(streams.get('transactions-P-S')).toEqual(await books.log.readStream('transactions-P-S'));
  const later = await reads.readStreams(new Map([['transactions-P-S', 1]]));
  expect(later.get('transactions-P-S')?.map(({ version }) => version)).toEqual([2]);
});

it('keys are found with where they went', async () => {
  const found = await createLogReads(books.db.database).findKeys(['transaction:K', 'transaction:L']);
  const position = (await books.log.readStream('keyed'))[0]!.position;
  expect([...found]).toEqual([
    ['transaction:K', { firstPosition: position, lastPosition: position, fingerprint: 'print' }],
  ]);
});

it('epochs are those readers see, in the order asked, and 0 for what has no rows', async () => {
  await books.projections.catchUp();
  await books.project(
    facts.transaction('P', 'BUY', 'S', '2025-01-09', { transaction_id: 'B0', quantity: '10', price: '1' }),
  );
  const slot = await books.generations.active();
  const active = books.db.open({ searchPath: `${slot},public` });
  const epochs = await createCurrentEpochs(async () => active)([
    { portfolioId: 'P', securityId: 'T' },
    { portfolioId: 'P', securityId: 'S' },
    { portfolioId: 'NONE', securityId: 'S' },
  ]);
  const [row] = await active.query<{ epoch: number }>('select max(epoch) as epoch from position_state');
  expect(row!.epoch).toBeGreaterThan(0);
  expect(epochs).toEqual([0, row!.epoch, 0]);
});
