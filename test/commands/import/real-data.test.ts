import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importSources } from '../../../commands/import/plan.ts';
import { sourcesFrom, textSource } from '../../../commands/import/sources.ts';
import type { ImportOptions, ImportSource } from '../../../commands/import/types.ts';
import { add, decimal, format, multiply, subtract, ZERO } from '../../../domain/decimal.ts';
import { streams } from '../../../domain/events.ts';
import type { TransactionFields } from '../../../domain/events.ts';
import { DATA_IS_THERE, GHOSTFOLIO_FILE, PRICES_FILE, withData } from '../support/data.ts';
import { openLog } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeEach(async () => {
  fixture = await openLog();
});
afterEach(() => fixture.close());

const run = (sources: ImportSource[], options: Partial<ImportOptions> = {}) =>
  importSources(sources, { log: fixture.log, clock: () => '2025-08-20T12:00:00.000000Z', ...options });

async function transactions(): Promise<TransactionFields[]> {
  const events = await fixture.log.readFeed(0, 5_000, { types: ['TransactionRecorded'] });
  return events.flatMap((event) => (event.type === 'TransactionRecorded' ? [event.data] : []));
}

describe.skipIf(!DATA_IS_THERE)('real closes', () => {
  it(withData('register their securities and become one event each'), async () => {
    const report = await run(await sourcesFrom([PRICES_FILE]));
    expect(report).toMatchObject({
      committed: true,
      problems: [],
      eventsAppended: 5,
      counts: { prices: { rows: 2737, accepted: 2737, duplicates: 0 } },
    });
    expect(await fixture.types()).toEqual([
      'SecurityRegistered',
      'SecurityRegistered',
      'PricesRecorded',
      'PricesRecorded',
      'BusinessDateAdvanced',
    ]);
    expect(await fixture.log.readStream(streams.calendar)).toMatchObject([{ data: { date: '2015-08-07' } }]);
    expect(await run(await sourcesFrom([PRICES_FILE]))).toMatchObject({ committed: true, eventsAppended: 0 });
  });
});

describe.skipIf(!DATA_IS_THERE)('an export of Ghostfolio', () => {
  it(withData('becomes a portfolio of its account, whose purchases are all paid'), async () => {
    const report = await run(await sourcesFrom([GHOSTFOLIO_FILE]));
    expect(report).toMatchObject({ committed: true, problems: [] });
    const [portfolio] = await fixture.log.readFeed(0, 1);
    expect(portfolio).toMatchObject({
      type: 'PortfolioOpened',
      data: {
        portfolio_id: 'b2d3fe1d-d6a8-41a3-be39-07ef5e9480f0',
        base_currency: 'USD',
        name: 'My Online Trading Account',
      },
    });
    const all = await transactions();
    const buys = all.filter((each) => each.transaction_type === 'BUY');
    const deposits = all.filter((each) => each.transaction_type === 'DEPOSIT');
    expect(buys).toHaveLength(500);
    expect(new Set(buys.map((each) => each.security_id)).size).toBe(7);
    const paid = deposits.reduce((sum, each) => add(sum, decimal(each.gross_transaction_amount)), ZERO);
    const spent = buys.reduce(
      (sum, each) => add(sum, multiply(decimal(each.quantity), decimal(each.price))),
      ZERO,
    );
    expect(format(subtract(paid, spent))).toBe('0');
    expect(await run(await sourcesFrom([GHOSTFOLIO_FILE]))).toMatchObject({
      committed: true,
      eventsAppended: 0,
    });
  });
});

describe('Ghostfolio activities', () => {
  const activity = (changes: object) => ({
    accountId: 'ACC',
    comment: null,
    fee: 0,
    quantity: 1,
    type: 'BUY',
    unitPrice: 100,
    currency: 'USD',
    dataSource: 'YAHOO',
    date: '2025-01-01T10:00:00Z',
    symbol: 'AAPL',
    ...changes,
  });
  const document = (...activities: object[]) =>
    textSource(
      'export.json',
      'json',
      JSON.stringify({ accounts: [{ id: 'ACC', currency: 'USD' }], activities }),
    );

  it('are mapped by their types', async () => {
    const report = await run(
      [
        document(
          activity({ fee: 1.5 }),
          activity({ type: 'SELL', quantity: 0.5 }),
          activity({ type: 'DIVIDEND', quantity: 2, unitPrice: 0.25 }),
          activity({
            type: 'FEE',
            quantity: 1,
            unitPrice: 0,
            fee: 9.9,
            symbol: 'Account fee',
            dataSource: 'MANUAL',
          }),
          activity({ type: 'INTEREST', unitPrice: 3, symbol: 'Interest', dataSource: 'MANUAL' }),
          activity({ type: 'ITEM', unitPrice: 5000, symbol: 'Old watch', dataSource: 'MANUAL' }),
          activity({ type: 'LIABILITY', unitPrice: 700, symbol: 'Loan', dataSource: 'MANUAL' }),
          activity({ isDraft: true }),
        ),
      ],
      { funding: false },
    );
    expect(report.problems).toEqual([]);
    const told = (await transactions()).map((each) =>
      [
        each.transaction_type,
        each.security_id,
        each.quantity,
        each.gross_transaction_amount,
        each.trade_fee,
      ].join(' '),
    );
    expect(told).toEqual([
      'BUY YAHOO:AAPL 1 100 1.5',
      'SELL YAHOO:AAPL 0.5 50 0',
      'DIVIDEND YAHOO:AAPL 2 0.5 0',
      'FEE CASH_USD 0 9.9 0',
      'INTEREST CASH_USD 0 3 0',
      'TRANSFER_IN MANUAL:Old_watch 1 5000 0',
      'WITHDRAWAL MANUAL:Loan 700 700 0',
    ]);
  });

  it('are funded by just what the cash of the books lacks, fees included', async () => {
    await run([
      document(
        activity({ date: '2025-01-01T10:00:00Z', fee: 1 }),
        activity({ date: '2025-01-02T10:00:00Z', type: 'SELL', unitPrice: 150 }),
        activity({ date: '2025-01-03T10:00:00Z', unitPrice: 120 }),
        activity({ date: '2025-01-04T10:00:00Z', unitPrice: 50 }),
      ),
    ]);
    const deposits = (await transactions()).filter((each) => each.transaction_type === 'DEPOSIT');
    expect(
      deposits.map((each) => [each.transaction_date.slice(0, 10), each.gross_transaction_amount]),
    ).toEqual([
      ['2025-01-01', '101'],
      ['2025-01-04', '20'],
    ]);
  });

  it('have the same identifiers in a longer export, also where two are alike', async () => {
    await run([document(activity({}), activity({}))]);
    const first = (await transactions()).map((each) => each.transaction_id);
    expect(new Set(first).size).toBe(4);
    const report = await run([document(activity({}), activity({}), activity({}))]);
    expect(report).toMatchObject({ committed: true, problems: [], eventsAppended: 2 });
  });

  it('that are faulty are named by their ordinal', async () => {
    const report = await run([
      document(activity({}), activity({ type: 'GIFT' }), activity({ quantity: -1 })),
    ]);
    expect(report.problems.map(({ line, column, rule }) => `${line} ${column} ${rule}`)).toEqual([
      '2 type one_of',
      '3 quantity not_negative',
    ]);
    expect(report.committed).toBe(false);
  });
});
