import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../../domain/events.ts';
import type { TransactionChanges } from '../../../domain/events.ts';
import type { EventLog } from '../../../domain/log.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import type { KnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { answersOn, answersOnAll } from './answers.ts';
import type { Asked } from './answers.ts';
import { currentTables, moments } from './moments.ts';
import type { Moment } from './moments.ts';

function corrected(portfolio: string, security: string, id: string, changes: TransactionChanges): Fact {
  const data = {
    transaction_id: id,
    portfolio_id: portfolio,
    security_id: security,
    changes,
    reason: 'typo',
  };
  return {
    streamId: streams.transactions(portfolio, security),
    event: { type: 'TransactionCorrected', data },
  };
}

function cancelled(portfolio: string, security: string, id: string): Fact {
  const data = { transaction_id: id, portfolio_id: portfolio, security_id: security, reason: 'twice' };
  return {
    streamId: streams.transactions(portfolio, security),
    event: { type: 'TransactionCancelled', data },
  };
}

function trade(
  portfolio: string,
  type: 'BUY' | 'SELL' | 'DIVIDEND',
  security: string,
  date: string,
  id: string,
  [quantity, price, currency = 'EUR']: readonly [string, string, string?],
): Fact {
  return facts.transaction(portfolio, type, security, date, {
    transaction_id: id,
    quantity,
    price,
    currency,
    trade_fee: '1.5',
    ...(type === 'DIVIDEND' ? { gross_transaction_amount: price } : {}),
  });
}

// "P-X" with a security "S1" and "P" with a security "X-S1" keep their transactions in one stream.
const HISTORY: readonly (readonly Fact[])[] = [
  [facts.portfolio('P', { name: 'First' }), facts.security('S1', 'EUR'), facts.security('US', 'USD')],
  [trade('P', 'BUY', 'S1', '2025-01-02', 'T1', ['10', '50'])],
  [
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
      transaction_id: 'T2',
      gross_transaction_amount: '5000',
    }),
  ],
  [facts.closeDay('2025-01-06')],
  [
    facts.prices('S1', 'EUR', [
      ['2025-01-02', '51'],
      ['2025-01-03', '52.25'],
      ['2025-01-06', '55'],
    ]),
  ],
  // Opened after the business date, and for a while without transactions.
  [
    facts.portfolio('P-X', {
      base_currency: 'USD',
      cost_basis_method: 'average',
      cash: 'explicit',
      allow_short: true,
      time_zone: 'America/New_York',
      open_date: '2024-12-30',
    }),
  ],
  // No rate for it yet: the days are blocked.
  [trade('P', 'BUY', 'US', '2025-01-03', 'T3', ['4', '100', 'USD'])],
  [trade('P-X', 'SELL', 'S1', '2025-01-05T02:00:00.000000Z', 'T4', ['3', '60'])],
  [
    facts.fx('EUR', 'USD', [
      ['2024-12-31', '1.04'],
      ['2025-01-04', '1.05'],
    ]),
  ],
  // A sale of more than is held waits for a purchase.
  [trade('P', 'SELL', 'S1', '2025-01-05', 'T5', ['12', '58'])],
  [facts.closeDay('2025-01-08')],
  [trade('P', 'BUY', 'S1', '2025-01-03', 'T6', ['5', '49'])],
  [corrected('P', 'S1', 'T1', { quantity: '11', trade_fee: '2' })],
  [facts.prices('S1', 'EUR', [['2025-01-03', '53']])],
  [
    trade('P', 'BUY', 'X-S1', '2025-01-04', 'T7', ['7', '20']),
    trade('P-X', 'BUY', 'S1', '2025-01-06', 'T8', ['5', '61']),
  ],
  [
    facts.transaction('P', 'MERGER', 'X-S1', '2025-01-06', {
      transaction_id: 'T9',
      ratio: '2',
      target_security_id: 'NEW',
    }),
  ],
  [facts.prices('NEW', 'EUR', [['2025-01-07', '11']]), facts.prices('NEW2', 'EUR', [['2025-01-07', '12']])],
  [facts.closeDay('2025-01-10')],
  [trade('P', 'DIVIDEND', 'US', '2025-01-09', 'T10', ['0', '8', 'USD'])],
  [corrected('P', 'US', 'T3', { transaction_date: '2025-01-07T10:00:00.000000Z' })],
  [
    {
      streamId: streams.security('S1'),
      event: {
        type: 'SplitAnnounced',
        data: { security_id: 'S1', date: '2025-01-08', ratio: '2', prices_adjusted: true },
      },
    },
  ],
  [facts.transaction('P', 'SPLIT', 'S1', '2025-01-08', { transaction_id: 'T11', ratio: '2' })],
  [
    {
      streamId: streams.portfolio('P'),
      event: {
        type: 'PortfolioSettingsChanged',
        data: { portfolio_id: 'P', changes: { cost_basis_method: 'lifo', name: 'Renamed' } },
      },
    },
  ],
  [facts.fx('GBP', 'USD', [['2025-01-02', '1.25']]), facts.fx('EUR', 'USD', [['2025-01-02', '1.031']])],
  // A rate of its own, a security nobody registered, and a day after the latest business date.
  [
    facts.transaction('P', 'BUY', 'UK', '2025-01-12', {
      transaction_id: 'T12',
      quantity: '2',
      price: '30',
      currency: 'GBP',
      fx_rate: '1.19',
    }),
  ],
  [
    {
      streamId: streams.security('US'),
      event: { type: 'SecurityDetailsChanged', data: { security_id: 'US', changes: { name: 'Named' } } },
    },
  ],
  [facts.closeDay('2025-01-13')],
  [cancelled('P', 'S1', 'T6')],
  [corrected('P', 'X-S1', 'T9', { target_security_id: 'NEW2' })],
  [cancelled('P', 'X-S1', 'T9')],
  [
    {
      streamId: streams.portfolio('P-X'),
      event: { type: 'PortfolioClosed', data: { portfolio_id: 'P-X', date: '2025-01-31' } },
    },
  ],
];

const ASKED: Asked = {
  portfolios: ['P', 'P-X', 'unknown'],
  securities: ['CASH_EUR', 'CASH_GBP', 'CASH_USD', 'NEW', 'NEW2', 'S1', 'UK', 'US', 'X-S1', 'unknown'],
  from: '2024-12-30',
  to: '2025-01-15',
};

describe('a replay to a position', () => {
  let books: Books;
  let captured: Moment[];
  beforeAll(async () => {
    books = await openBooks();
    captured = await moments(books, ASKED, HISTORY);
  });
  afterAll(() => books.close());

  it('answers for all portfolios as the tables did when the log ended there', async () => {
    const knownAt = createKnownAt(books.log);
    for (const { position, all, portfolios } of captured) {
      const model = await knownAt(position);
      expect(await model.version(), `version at ${position}`).toMatchObject({ position });
      expect(await answersOnAll(model, ASKED), `position ${position}`).toEqual(all);
      for (const id of ASKED.portfolios)
        expect(await answersOn(model, id, ASKED), `${id} at ${position}`).toEqual(portfolios[id]);
    }
  });

  it.each(ASKED.portfolios)(
    'answers for %s alone as the tables did, without reading the others',
    async (id) => {
      const knownAt = createKnownAt(books.log, { current: currentTables(books) });
      for (const { position, portfolios } of captured)
        expect(await answersOn(await knownAt(position, id), id, ASKED), `${id} at ${position}`).toEqual(
          portfolios[id],
        );
    },
  );

  it('says the same while the tables are behind the position', async () => {
    const { position, portfolios } = captured.at(-1)!;
    for (const { position: behind } of [{ position: 0 }, ...captured.filter((_, index) => index % 5 === 0)]) {
      const older = createKnownAt(books.log);
      const knownAt = createKnownAt(books.log, { current: async (work) => work(await older(behind)) });
      expect(await answersOn(await knownAt(position, 'P'), 'P', ASKED), `tables at ${behind}`).toEqual(
        portfolios.P,
      );
    }
  });

  it('carries epoch 0 and has no audit of restatements', async () => {
    const model = await createKnownAt(books.log)(await books.log.head(), 'P');
    expect(await model.epochs('P', {}, { limit: 10 })).toEqual([]);
    expect((await model.portfolio('P'))?.portfolio.epoch).toBe(0);
    expect(new Set((await model.portfolioDays('P', {})).map((row) => row.epoch))).toEqual(new Set([0]));
  });

  it('shows a portfolio for itself in the list of those asked for alone', async () => {
    const knownAt = createKnownAt(books.log, { current: currentTables(books) });
    const ids = async (position: number, id: string) =>
      (await (await knownAt(position, id)).portfolios({ limit: 10 })).map((row) => row.portfolio_id);
    expect(await ids(await books.log.head(), 'P-X')).toEqual(['P-X']);
    expect(await ids(1, 'P-X')).toEqual([]);
  });

  it('takes a position beyond the head for the head, and one below the log for nothing', async () => {
    const knownAt = createKnownAt(books.log);
    const head = await books.log.head();
    expect(await (await knownAt(head + 100)).version()).toMatchObject({ position: head });
    const before = await knownAt(-1);
    expect(await before.version()).toMatchObject({ position: 0 });
    expect(await before.portfolios({ limit: 10 })).toEqual([]);
    expect(await before.portfolio('P')).toBeUndefined();
  });
});

describe('replays are kept', () => {
  let books: Books;
  let reads: number;
  let counted: Pick<EventLog, 'head' | 'readFeed'>;
  beforeAll(async () => {
    books = await openBooks();
    for (const step of HISTORY) await books.append(...step);
    counted = {
      head: () => books.log.head(),
      readFeed: (...asked) => {
        reads++;
        return books.log.readFeed(...asked);
      },
    };
  });
  afterAll(() => books.close());

  const days = async (knownAt: KnownAt, position: number, id: string) =>
    (await knownAt(position, id)).portfolioDays(id, {});

  it('so that those who ask at once, and later, share one', async () => {
    reads = 0;
    const knownAt = createKnownAt(counted);
    const head = await books.log.head();
    const [first, second] = await Promise.all([days(knownAt, head, 'P'), days(knownAt, head, 'P')]);
    expect(second).toEqual(first);
    expect(first.length).toBeGreaterThan(0);
    await days(knownAt, head, 'P');
    // Facts are shared by all portfolios of a position.
    await days(knownAt, head, 'P-X');
    expect(reads).toBe(1);
  });

  it('and each position has its own', async () => {
    const knownAt = createKnownAt(counted);
    expect(await days(knownAt, 4, 'P')).toEqual([]);
    expect(await days(knownAt, await books.log.head(), 'P')).not.toEqual([]);
  });

  it('of one portfolio without a walk over the log', async () => {
    await books.projections.catchUp();
    const asked: unknown[] = [];
    const knownAt = createKnownAt(
      {
        head: () => books.log.head(),
        readFeed: (after, limit, options) => {
          asked.push(options?.streamId ?? options?.types);
          return books.log.readFeed(after, limit, options);
        },
      },
      { current: currentTables(books) },
    );
    expect(await days(knownAt, await books.log.head(), 'P')).not.toEqual([]);
    expect(asked).not.toContain(undefined);
    expect(asked.flat()).not.toContain('TransactionRecorded');
    expect(asked).not.toContain(streams.portfolio('P-X'));
  });

  it('but not after a failure', async () => {
    let down = true;
    const knownAt = createKnownAt({
      head: () => books.log.head(),
      readFeed: (...asked) => (down ? Promise.reject(new Error('down')) : books.log.readFeed(...asked)),
    });
    const head = await books.log.head();
    await expect(days(knownAt, head, 'P')).rejects.toThrow('down');
    down = false;
    expect(await days(knownAt, head, 'P')).not.toEqual([]);
  });
});

describe('known-at of a portfolio with a key that cannot be folded', () => {
  it('fails, instead of answering as if the key were not there', async () => {
    const books = await openBooks();
    try {
      await books.append(
        facts.portfolio('P'),
        facts.security('S', 'EUR'),
        facts.transaction('P', 'BUY', 'S', '2025-01-01', {
          transaction_id: 'BOUGHT',
          quantity: '1',
          price: '1',
        }),
        facts.transaction('P', 'SPLIT', 'S', '2025-01-02', { transaction_id: 'ZERO', ratio: '0' }),
        facts.closeDay('2025-01-03'),
      );
      const model = await createKnownAt(books.log)(await books.log.head(), 'P');
      await expect(model.snapshots('P', '2025-01-03')).rejects.toMatchObject({ transactionId: 'ZERO' });
    } finally {
      await books.close();
    }
  });
});
