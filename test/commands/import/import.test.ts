import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importSources } from '../../../commands/import/plan.ts';
import { textSource } from '../../../commands/import/sources.ts';
import type { ImportOptions, ImportReport, ImportSource } from '../../../commands/import/types.ts';
import { streams } from '../../../domain/events.ts';
import { NOW, openLog } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeEach(async () => {
  fixture = await openLog();
});
afterEach(() => fixture.close());

const run = (sources: ImportSource[], options: Partial<ImportOptions> = {}): Promise<ImportReport> =>
  importSources(sources, { log: fixture.log, clock: () => NOW, ...options });
const csv = (name: string, ...lines: string[]) => textSource(name, 'csv', lines.join('\n'));

/** Problems as `file:line column rule`. */
const told = ({ problems }: ImportReport) =>
  problems.map(({ file, line, column, rule }) => `${file}:${line} ${column} ${rule}`);

const portfolios = csv(
  'portfolios.csv',
  'portfolio_id,base_currency,name,allow_short',
  'P1,USD,"Growth, and more",',
);
const securities = csv('securities.csv', 'security_id,currency,type', 'S1,USD,equity', 'S2,EUR,fund');
const splits = csv('splits.csv', 'security_id,date,ratio,prices_adjusted', 'S1,2025-06-09,7,true');
const prices = csv(
  'prices.csv',
  'security_id,currency,date,close',
  'S1,USD,2025-08-14,10.50',
  'NEW,CHF,2025-08-15,3',
);
const rates = csv('fx.csv', 'from_currency,to_currency,date,rate', 'EUR,USD,2025-08-14,1.1');
const transactions = csv(
  'transactions.csv',
  'transaction_id,portfolio_id,security_id,transaction_date,transaction_type,quantity,price,trade_fee,currency,epoch',
  'T1,P1,S1,2025-08-01,BUY,10,5,1.00,USD,0',
  'T2,P1,S2,2025-08-01T10:00:00+02:00,BUY,4,5,,,',
  'T3,P1,S1,2025-08-02,SELL,99,6,,,',
  'T4,P1,THIRD,2025-08-02,BUY,1,6,,GBP,',
);
const amendments = textSource(
  'amendments.ndjson',
  'ndjson',
  '{"transaction_id":"T1","price":5.5,"reason":"typo"}\n\n{"transaction_id":"T1","price":5.75,"reason":"again"}\n{"transaction_id":"T2","reason":"never happened"}\n',
);
const all = [amendments, transactions, prices, rates, splits, securities, portfolios];

describe('an import', () => {
  it('appends everything at once, in an order in which each fact stands on those before it', async () => {
    const report = await run(all);
    expect(told(report)).toEqual([]);
    expect(await fixture.types()).toEqual([
      'PortfolioOpened',
      'SecurityRegistered',
      'SecurityRegistered',
      'SecurityRegistered',
      'SecurityRegistered',
      'SplitAnnounced',
      'FxRatesRecorded',
      'PricesRecorded',
      'PricesRecorded',
      'TransactionRecorded',
      'TransactionRecorded',
      'TransactionRecorded',
      'TransactionRecorded',
      'TransactionCorrected',
      'TransactionCorrected',
      'TransactionCancelled',
      'BusinessDateAdvanced',
    ]);
    expect(report).toMatchObject({ committed: true, eventsAppended: 17, position: 17, problemCount: 0 });
    expect(report.counts.transactions).toEqual({ rows: 4, accepted: 4, duplicates: 0 });
    expect(await fixture.log.readStream(streams.calendar)).toMatchObject([{ data: { date: '2025-08-15' } }]);
    expect((await fixture.log.readFeed(0, 1))[0]).toMatchObject({
      data: { name: 'Growth, and more', allow_short: false },
      metadata: { source: 'import' },
    });
  });

  it('repeated, in any order of the files, appends nothing', async () => {
    await run(all);
    const report = await run([...all].reverse());
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ committed: true, eventsAppended: 0, position: 17 });
    expect(report.counts.transactions).toEqual({ rows: 4, accepted: 0, duplicates: 4 });
    expect(report.counts.corrections).toEqual({ rows: 2, accepted: 0, duplicates: 2 });
    expect(report.counts.prices).toEqual({ rows: 2, accepted: 0, duplicates: 2 });
  });

  it('repeated after its portfolio was closed by it appends nothing either', async () => {
    const closures = csv('closures.csv', 'portfolio_id,date', 'P1,2025-08-15');
    await run([...all, closures]);
    expect(await run([...all, closures])).toMatchObject({ committed: true, eventsAppended: 0, problems: [] });
    const late = csv(
      'late.csv',
      'transaction_id,portfolio_id,security_id,transaction_date,transaction_type,quantity,price',
      'T9,P1,S1,2025-08-01,BUY,1,1',
    );
    expect(told(await run([late]))).toEqual(['late.csv:2 portfolio_id closed']);
  });

  it('that adds rows to known ones appends just those', async () => {
    await run(all);
    const more = csv('prices.csv', 'security_id,date,price', 'S1,2025-08-14,10.5', 'S1,2025-08-15,11');
    const report = await run([more]);
    expect(report).toMatchObject({ committed: true, eventsAppended: 1 });
    expect(report.counts.prices).toEqual({ rows: 2, accepted: 1, duplicates: 1 });
  });

  it('of nothing new or nothing at all succeeds', async () => {
    expect(await run([])).toMatchObject({ committed: true, eventsAppended: 0, position: 0 });
  });
});

describe('bad rows', () => {
  const bad = csv(
    'bad.csv',
    'transaction_id,portfolio_id,security_id,transaction_date,transaction_type,quantity,price,currency',
    'T1,P1,S1,2025-02-30,BUY,10,-5,USD',
    'T2,P1,S1,2025-08-01,BUY,1234567890123456789012345678901234567890,5,USD',
    'T3,P1,S1,2025-08-01,BUY,10,5,USD',
    '',
    'T4,NOWHERE,S1,2025-08-01,BUY,10,5,USD',
    'T5,P1,NOTHING,2025-08-01,BUY,10,5,',
    'T6,P1,S1,2025-08-01,BUY,10,5',
    'T3,P1,S1,2025-08-01,BUY,11,5,USD',
    'T7,P1,S1,2025-08-01,BUY,10,5,EUR',
  );
  const expected = [
    'bad.csv:2 transaction_date date',
    'bad.csv:2 price not_negative',
    'bad.csv:3 quantity digits',
    'bad.csv:6 portfolio_id not_found',
    'bad.csv:7 security_id unknown_security',
    'bad.csv:8  columns',
    'bad.csv:9 transaction_id conflict',
    'bad.csv:10 currency currency_mismatch',
  ];

  it('are each named by file, line, field and rule, and nothing is imported', async () => {
    const report = await run([portfolios, securities, bad]);
    expect(told(report)).toEqual(expected);
    expect(report.problems[6]?.message).toBe('bad.csv:4 says otherwise of T3');
    expect(report).toMatchObject({ committed: false, eventsAppended: 0, problemCount: expected.length });
    expect(await fixture.log.head()).toBe(0);
  });

  it('are left out when told so', async () => {
    const report = await run([portfolios, securities, bad], { skipInvalid: true });
    expect(told(report)).toEqual(expected);
    expect(report.counts.transactions?.accepted).toBe(1);
    expect(await fixture.types()).toEqual([
      'PortfolioOpened',
      'SecurityRegistered',
      'SecurityRegistered',
      'TransactionRecorded',
      'BusinessDateAdvanced',
    ]);
  });

  it('that contradict the log are found when it is asked, and left out when told so', async () => {
    await run([portfolios, securities, transactions]);
    const other = csv(
      'other.csv',
      'transaction_id,portfolio_id,security_id,transaction_date,transaction_type,quantity,price',
      'T1,P1,S1,2025-08-01,BUY,11,5',
      'T8,P1,S1,2025-08-01,BUY,11,5',
    );
    const head = await fixture.log.head();
    expect(told(await run([other]))).toEqual(['other.csv:2 transaction_id conflict']);
    expect(await fixture.log.head()).toBe(head);
    const report = await run([other], { skipInvalid: true });
    expect(told(report)).toEqual(['other.csv:2 transaction_id conflict']);
    expect(report).toMatchObject({ committed: true, eventsAppended: 1 });
  });

  it('include contradicting prices, settings and amendments of nothing', async () => {
    const report = await run([
      portfolios,
      csv('p.csv', 'portfolio_id,base_currency', 'P1,EUR'),
      csv(
        'x.csv',
        'security_id,currency,date,close',
        'S1,USD,2025-08-14,1',
        'S1,USD,2025-08-14,2',
        'S1,EUR,2025-08-15,1',
        'S9,,2025-08-14,1',
      ),
      csv('c.csv', 'transaction_id,reason', 'NOBODY,error'),
      csv('d.csv', 'date', '2026-01-01'),
    ]);
    expect(told(report)).toEqual([
      'p.csv:2 portfolio_id conflict',
      'x.csv:3 price conflict',
      'x.csv:4 currency currency_mismatch',
      'x.csv:5 security_id unknown_security',
      'c.csv:2 transaction_id not_found',
      'd.csv:2 date future',
    ]);
  });
});

describe('the formats', () => {
  it('take semicolons, quotes, byte order marks, CRLF, lots and booleans', async () => {
    const report = await run([
      csv(
        'p.csv',
        '\uFEFFportfolio_id;base_currency;allow_short;cost_basis_method\r',
        '"P1";USD;TRUE;specific\r',
      ),
      csv(
        't.csv',
        'transaction_id,portfolio_id,security_id,transaction_date,transaction_type,quantity,price,currency,lots',
        'A:1,P1,S1,2025-08-01,BUY,3,5,USD,',
        'A2,P1,S1,2025-08-01,BUY,3,5,USD,',
        'A3,P1,S1,2025-08-02,SELL,4,5,USD,A:1:3 A2:1',
      ),
    ]);
    expect(told(report)).toEqual([]);
    const events = await fixture.log.readFeed(0, 10);
    expect(events[0]).toMatchObject({ data: { allow_short: true } });
    expect(events[4]).toMatchObject({
      data: {
        lots: [
          { lot_id: 'A:1', quantity: '3' },
          { lot_id: 'A2', quantity: '1' },
        ],
      },
    });
  });
  it('are read whatever the borders of the chunks', async () => {
    const text = 'security_id,currency,date,close\nS1,USD,2025-08-14,1.25\nS1,USD,2025-08-15,2\n';
    const source: ImportSource = {
      name: 'p.csv',
      kind: 'csv',
      read: () => [...Buffer.from(text)].map((byte) => Buffer.from([byte])),
    };
    expect(await run([source])).toMatchObject({ committed: true, counts: { prices: { accepted: 2 } } });
  });
  it('keep the digits of JSON numbers', async () => {
    const text =
      '{"security_id":"S1","currency":"USD","date":"2025-08-14","price":12345678901234567890.123456789012345678}';
    await run([textSource('p.ndjson', 'ndjson', text)]);
    expect(await fixture.log.readStream(streams.prices('S1'))).toMatchObject([
      { data: { prices: [['2025-08-14', '12345678901234567890.123456789012345678']] } },
    ]);
  });
});

describe('the business date', () => {
  const dates = async () =>
    (await fixture.log.readStream(streams.calendar)).map(({ data }) => ('date' in data ? data.date : ''));
  it('follows the prices, else the transactions, never beyond today', async () => {
    await run([portfolios, securities, transactions]);
    expect(await dates()).toEqual(['2025-08-02']);
  });
  it('does not lie after today', async () => {
    await run([csv('p.csv', 'security_id,currency,date,close', 'S1,USD,2030-01-01,1')]);
    expect(await dates()).toEqual(['2025-08-20']);
  });
  it('stays where it is once there is one, unless a date is given', async () => {
    await run([csv('d.csv', 'date', '2025-08-05', '2025-08-04')]);
    expect(await dates()).toEqual(['2025-08-04', '2025-08-05']);
    await run([prices]);
    expect(await dates()).toHaveLength(2);
    await run([prices], { advanceBusinessDate: { date: '2025-08-18' } });
    expect(await dates()).toEqual(['2025-08-04', '2025-08-05', '2025-08-18']);
  });
  it('is left alone when told so', async () => {
    await run([prices], { advanceBusinessDate: 'none' });
    expect(await dates()).toEqual([]);
  });
});
