/** Rebuild, approval, rollback, prune and their exit codes, on real books. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { partialApp, run } from '../support/run.ts';
import type { Ran } from '../support/run.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
      transaction_id: 'D',
      gross_transaction_amount: '1000',
    }),
    facts.transaction('P', 'BUY', 'S', '2025-01-02', { transaction_id: 'B', quantity: '10', price: '50' }),
    facts.prices('S', 'EUR', [['2025-01-02', '50']]),
    facts.closeDay('2025-01-05'),
  );
});
afterEach(() => books.close());

function cli(line: string, ask?: (question: string) => Promise<boolean>): Promise<Ran> {
  const { projections, log } = books;
  const database = {
    server: 'PostgreSQL',
    embedded: true,
    url: books.db.url,
    timescale: { edition: 'none' as const },
    schemaVersion: 5,
    applied: [],
  };
  const queries = createQueries(
    createReadModels(async () =>
      books.db.open({ searchPath: `${await books.generations.active()},public`, maxConnections: 1 }),
    ),
    log,
  );
  return run(line, {
    open: () => Promise.resolve(partialApp({ projections, log, queries, database })),
    env: { USER: 'anna' },
    ...(ask === undefined ? {} : { ask }),
  });
}

/** A stored figure that the log does not say: what a rebuild would change. */
async function tamper(): Promise<void> {
  await books.db.database.query(
    `update portfolio_timeseries set eod_market_value = eod_market_value + 100
     where superseded_by is null and date = '2025-01-03'`,
  );
  await books.db.database.query(`update portfolio_state set checksum = checksum + 1`);
}

function json<T>({ out }: Ran): T {
  const value: T = JSON.parse(out);
  return value;
}

describe('rebuild', () => {
  it('shows what changes nothing without asking, and tells how it went', async () => {
    const ran = await cli('rebuild --all');
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain('Rebuilt 2 keys');
    expect(ran.out).toContain('No published figure changes.');
    expect(ran.out).toContain('Readers see generation gen_b');
    expect(ran.notes).toContain('fold: 1 of 1');
    const listed = await cli('rebuild --list');
    expect(listed.out).toMatch(/everything +completed +done +100 %.*cli:anna/);
    expect(json<{ rebuilds: object[] }>(await cli('rebuild --list --json')).rebuilds).toMatchObject([
      { status: 'completed', progress: 1, scope: {}, who: 'cli:anna' },
    ]);
  });

  it('says in a dry run what would change, and changes nothing', async () => {
    await tamper();
    const ran = await cli('rebuild --all --dry-run');
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain('Published figures of 1 portfolio would change');
    expect(await books.projections.runs.list(5)).toEqual([]);
    expect((await cli('rebuild --portfolio P --dry-run --json')).out).toContain('"dry_run": true');
  });

  it('exits with 4 when published figures change and nobody can be asked', async () => {
    await tamper();
    const ran = await cli('rebuild --all');
    expect(ran).toMatchObject({ exit: 4 });
    expect(ran.out).toContain('Published figures of 1 portfolio change');
    const [, id = ''] = /--approve (\w{8})/.exec(ran.out) ?? [];
    expect(await books.generations.active()).toBe('gen_a');
    expect((await cli('status')).out).toMatch(/rebuild +\w{8} .* waits for approval/);
    expect(await cli('rebuild --watch')).toMatchObject({ exit: 4 });

    expect(await cli('rebuild --approve 00000000')).toMatchObject({ exit: 2 });
    expect(await cli(`rebuild --approve ${id}`)).toMatchObject({ exit: 0 });
    expect(await books.generations.active()).toBe('gen_b');
    expect(await cli('rebuild --approve')).toMatchObject({ exit: 1 });
  });

  it('asks where somebody is there, and takes the answer', async () => {
    await tamper();
    const asked: string[] = [];
    const answering = (answer: boolean) => (question: string) => {
      asked.push(question);
      return Promise.resolve(answer);
    };
    expect(await cli('rebuild --all', answering(false))).toMatchObject({ exit: 4 });
    expect(await books.generations.active()).toBe('gen_a');
    expect((await cli('rebuild --cancel')).out).toContain('cancelled');
    expect(await books.projections.idle()).toMatchObject({ state: 'empty' });

    const ran = await cli('rebuild --all', answering(true));
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.notes).toContain('Published figures of 1 portfolio change');
    expect(asked).toEqual(['Show this to readers?', 'Show this to readers?']);
    expect(await books.generations.active()).toBe('gen_b');
  });

  it('shows a change up to --max-impact-bps, and any with --yes', async () => {
    await tamper();
    expect(await cli('rebuild --all --max-impact-bps 1')).toMatchObject({ exit: 4 });
    expect(await cli('rebuild --all --yes')).toMatchObject({ exit: 0 });
    expect(await books.generations.active()).toBe('gen_b');
  });

  it('keeps the books as known then apart from readers', async () => {
    const ran = await cli('rebuild --all --known-at 4');
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain('Generation gen_b holds what was known at position 4');
    expect((await cli('generations')).out).toContain('what was known at position 4');
    expect(await books.generations.active()).toBe('gen_a');
  });

  it('exits with 5 while another operator is at it', async () => {
    const held = await books.generations.lock('prune by bob');
    for (const line of ['rebuild --all', 'rollback --yes', 'prune']) {
      const ran = await cli(line);
      expect(ran, line).toMatchObject({ exit: 5 });
      expect(ran.notes).toContain('prune by bob has been running since');
    }
    await held.release();
  });

  it('says how to go on with one that was interrupted', async () => {
    await books.generations.runs.create({
      scope: { all: true },
      slot: 'gen_b',
      approval: { flip: 'ask' },
      who: 'cli:bob',
    });
    const watched = await cli('rebuild --watch');
    expect(watched).toMatchObject({ exit: 1 });
    expect(watched.out).toContain(
      'was interrupted in phase facts: chronofolio rebuild --all goes on with it',
    );
    expect(await cli('rebuild --all')).toMatchObject({ exit: 0 });
    expect((await books.projections.runs.list(5)).map(({ status }) => status)).toEqual(['completed']);
  });
});

describe('rollback and generations', () => {
  it('go back and forth, and tell so', async () => {
    expect(await cli('rollback --yes')).toMatchObject({ exit: 1 });
    await cli('rebuild --all');
    const unasked = await cli('rollback');
    expect(unasked).toMatchObject({ exit: 4 });
    expect(unasked.notes).toContain('say --yes');
    expect((await cli('rollback', () => Promise.resolve(false))).out).toContain(
      'Readers still see generation gen_b',
    );
    const asked = await cli('rollback', () => Promise.resolve(true));
    expect(asked).toMatchObject({ exit: 0 });
    expect(asked.notes).toContain('No published figure changes.');
    expect(asked.out).toContain('Readers see generation gen_a at position');
    const shown = json<{ generations: object[]; flips: object[] }>(await cli('generations --json'));
    expect(shown.generations).toMatchObject([
      { slot: 'gen_a', state: 'active', lag_events: 0, keys: 2 },
      { slot: 'gen_b', state: 'retained', lag_events: 0 },
    ]);
    expect(shown.flips).toMatchObject([{ cause: 'rollback', who: 'cli:anna' }, { cause: 'rebuild' }]);
    expect((await cli('status')).out).toContain('chronofolio rollback goes back to it');
  });
});

describe('prune', () => {
  it('tells what it would do, asks before it takes the way back, and does it', async () => {
    await cli('rebuild --all');
    expect((await cli('prune --dry-run')).out).toContain(
      'Generation gen_a is left as it is: it is retained until',
    );
    expect(await cli('prune --generation')).toMatchObject({ exit: 4 });
    expect((await cli('prune --generation --dry-run')).out).toContain(
      'Generation gen_a (retained) would be emptied',
    );
    const done = await cli('prune --generation --yes');
    expect(done).toMatchObject({ exit: 0 });
    expect(done.out).toContain('Generation gen_a (retained) was emptied');
    expect(json<object>(await cli('prune --epochs --keep 36h --json'))).toMatchObject({
      generation: null,
      epochs: { slot: 'gen_b', rows: 0 },
    });
  });
});
