import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokenText } from '../../../projections/verify/stored.ts';
import type { Slot } from '../../../projections/generation.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { goldenFacts } from '../../golden/log.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P1'),
    facts.portfolio('P2', { base_currency: 'USD' }),
    facts.security('S1', 'EUR'),
    facts.security('S2', 'EUR'),
    facts.fx('EUR', 'USD', [['2025-01-01', '1.1']]),
    facts.prices('S1', 'EUR', [['2025-01-03', '51.5']]),
    facts.prices('S2', 'EUR', [['2025-01-03', '20']]),
    ...['P1', 'P2'].flatMap((portfolio) =>
      ['S1', 'S2'].map((security) =>
        facts.transaction(portfolio, 'BUY', security, '2025-01-03', {
          transaction_id: `${portfolio}-${security}`,
          quantity: '10',
          price: '50',
        }),
      ),
    ),
    facts.closeDay('2025-01-10'),
  );
});
afterEach(() => books.close());

/** Runs a statement on the generation readers see, or another. */
async function tamper(statement: string, slot?: Slot): Promise<void> {
  const where = slot ?? (await books.generations.active());
  const database = books.db.open({ searchPath: `${where},public`, maxConnections: 1 });
  const rows = await database.query(`${statement} returning 1`);
  expect(rows.length).toBeGreaterThan(0);
}

const verify = (scope = {}) => books.projections.verify(scope);

/** A condition on rows of a key. */
const of = (portfolio: string, security: string) =>
  `portfolio_no = (select portfolio_no from portfolios where portfolio_id = '${portfolio}')
   and security_no = (select security_no from securities where security_id = '${security}')`;

describe('sound books', () => {
  it('are found sound, as a whole and in parts', async () => {
    expect(await verify()).toMatchObject({ ok: true, portfolios: 2, keys: 6, differences: [], broken: [] });
    expect(await verify({ portfolioId: 'P1' })).toMatchObject({ ok: true, portfolios: 1, keys: 3 });
    expect(await verify({ securityId: 'S1' })).toMatchObject({ ok: true, portfolios: 2, keys: 2 });
    expect(await verify({ portfolioId: 'P2', securityId: 'S2' })).toMatchObject({ ok: true, keys: 1 });
  });

  it('keep their rules through everything that can happen', async () => {
    await books.project(...goldenFacts());
    const { checks } = books.generations.of(await books.generations.active());
    expect(await checks.portfolioDays({}, 10)).toEqual([]);
    expect(await checks.positionDays({}, 10)).toEqual([]);
  });
});

describe('a stored row that is not what the log says', () => {
  it('is named, first of all', async () => {
    await tamper(
      `update position_timeseries set cost = cost + 1 where ${of('P1', 'S2')} and date >= '2025-01-06'`,
    );
    const { ok, differences } = await verify();
    expect(ok).toBe(false);
    expect(differences[0]).toMatchObject({
      table: 'position_timeseries',
      portfolio_id: 'P1',
      security_id: 'S2',
      date: '2025-01-06',
    });
    expect(await verify({ securityId: 'S1' })).toMatchObject({ ok: true });
    expect(await verify({ portfolioId: 'P2' })).toMatchObject({ ok: true });
    expect(await verify({ portfolioId: 'P1', securityId: 'S2' })).toMatchObject({ ok: false });
  });

  it('is found in a checksum that was kept, of a key and of a portfolio', async () => {
    await tamper(`update position_state set checksum = checksum + 1 where ${of('P1', 'S1')}`);
    await tamper(`update portfolio_state set checksum = checksum - 1
                  where portfolio_no = (select portfolio_no from portfolios where portfolio_id = 'P2')`);
    const { differences } = await verify();
    expect(differences).toMatchObject([
      { table: 'checksum', portfolio_id: 'P1', security_id: 'S1' },
      { table: 'checksum', portfolio_id: 'P2' },
    ]);
  });

  it('is found where the log knows no such key', async () => {
    await tamper(`insert into position_state
                  select portfolio_no, 99, epoch, status, first_day, watermark_day, open, fold_version, checksum
                  from position_state where ${of('P1', 'S1')}`);
    await tamper(
      `insert into securities (security_no, security_id, currency, type) values (99, 'S9', 'EUR', 'other')`,
    );
    const { differences } = await verify({ securityId: 'S9' });
    expect(differences).toMatchObject([{ table: 'checksum', security_id: 'S9', replayed: null }]);
    for (const table of ['position_timeseries', 'daily_position_snapshots'])
      await tamper(`update ${table} set security_no = 99 where ${of('P1', 'S1')}`);
    expect((await verify({ securityId: 'S9' })).differences).toMatchObject([
      { table: 'position_timeseries', security_id: 'S9', date: '2025-01-03', replayed: null },
    ]);
  });
});

describe('a key that is quarantined', () => {
  it('is left out with its portfolio, and named', async () => {
    await tamper(`update position_state set status = 'FAILED' where ${of('P1', 'S1')}`);
    await tamper(`update position_timeseries set cost = cost + 1 where ${of('P1', 'S1')}`);
    expect(await verify()).toMatchObject({
      ok: true,
      quarantined: [{ portfolio_id: 'P1', security_id: 'S1' }],
      differences: [],
    });
    await tamper(`update position_timeseries set cost = cost + 1 where ${of('P1', 'S2')}`);
    expect(await verify()).toMatchObject({ ok: false, differences: [{ security_id: 'S2' }, {}, {}] });
  });
});

describe('rows that do not hold together', () => {
  it.each([
    [
      'a portfolio that is not the sum',
      `update portfolio_timeseries set income = income + 0.0000000001 where date = '2025-01-07'`,
      { rule: 'sum', table: 'portfolio_timeseries', portfolio_id: 'P1', date: '2025-01-07' },
    ],
    [
      'a portfolio that does not continue',
      `update portfolio_timeseries set bod_market_value = 1 where date = '2025-01-08'`,
      { rule: 'continuity', table: 'portfolio_timeseries', portfolio_id: 'P1', date: '2025-01-08' },
    ],
    [
      'a complete day without a row',
      `delete from portfolio_timeseries where date = '2025-01-05'`,
      { rule: 'completeness', table: 'portfolio_timeseries', portfolio_id: 'P1' },
    ],
    [
      'a position that does not continue',
      `update position_timeseries set bod_market_value = bod_market_value + 1 where ${of('P2', 'S1')} and date = '2025-01-06'`,
      {
        rule: 'continuity',
        table: 'position_timeseries',
        portfolio_id: 'P2',
        security_id: 'S1',
        date: '2025-01-06',
      },
    ],
    [
      'a position that does not continue in base currency alone',
      `update position_timeseries set eod_market_value_base = 3 where ${of('P2', 'S1')} and date = '2025-01-06'`,
      { rule: 'continuity', table: 'position_timeseries', portfolio_id: 'P2', date: '2025-01-07' },
    ],
    [
      'a day missing in both tables',
      `with gone as (delete from daily_position_snapshots where ${of('P1', 'S2')} and date = '2025-01-08' returning 1)
       delete from position_timeseries where ${of('P1', 'S2')} and date = '2025-01-08'`,
      { rule: 'continuity', table: 'position_timeseries', security_id: 'S2', date: '2025-01-09' },
    ],
    [
      'the last days missing in both tables',
      `with gone as (delete from daily_position_snapshots where ${of('P1', 'S2')} and date > '2025-01-08' returning 1)
       delete from position_timeseries where ${of('P1', 'S2')} and date > '2025-01-08'`,
      { rule: 'continuity', table: 'position_timeseries', security_id: 'S2' },
    ],
    [
      'a snapshot that is gone',
      `delete from daily_position_snapshots where ${of('P2', 'S2')} and date = '2025-01-10'`,
      { rule: 'pairing', table: 'daily_position_snapshots', portfolio_id: 'P2', security_id: 'S2' },
    ],
    [
      'a key without a state',
      `delete from position_state where ${of('P1', 'S1')}`,
      { rule: 'pairing', table: 'position_state', portfolio_id: 'P1', security_id: 'S1' },
    ],
  ])('are named: %s', async (_, statement, expected) => {
    await tamper(statement);
    const { ok, broken } = await verify();
    expect(ok).toBe(false);
    expect(broken).toContainEqual(expect.objectContaining(expected));
    for (const each of broken) expect(brokenText(each)).toContain(each.table);
  });
});

describe('the generation that readers do not see', () => {
  it('is refused where nothing was built in it', async () => {
    await tamper(`delete from checkpoints`, 'gen_b');
    await expect(verify({ generation: 'idle' })).rejects.toMatchObject({ code: 'nothing_to_verify' });
    await expect(verify({ portfolioId: 'P9' })).rejects.toMatchObject({ code: 'nothing_to_verify' });
  });

  it('is verified by its part or its name, apart from the one they see', async () => {
    const before = await books.generations.active();
    await books.projections.rebuild({ all: true });
    expect(await verify({ generation: 'idle' })).toMatchObject({ ok: true, slot: before, keys: 6 });
    await tamper(`update position_timeseries set cost = 7 where ${of('P1', 'S1')}`, before);
    expect(await verify({ generation: 'idle' })).toMatchObject({ ok: false, slot: before });
    expect(await verify({ generation: before })).toMatchObject({ ok: false });
    expect(await verify({ generation: 'active' })).toMatchObject({ ok: true });
    expect(await verify()).toMatchObject({ ok: true });
  });
});
