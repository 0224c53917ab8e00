import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../../cli/wiring.ts';
import { opening, project, trade } from '../../projections/diff/support.ts';
import { openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { run } from '../support/run.ts';
import type { Ran } from '../support/run.ts';

let database: TestDatabase;
let books: Books;
let directory: string;

function chronofolio(line: string): Promise<Ran> {
  return run(line, { configure, env: { DATABASE_URL: database.url, LOG_LEVEL: 'silent' } });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-diff-'));
  database = await createTestDatabase();
  books = await openBooks(database);
  await books.append(...opening);
  await project(books, 'gen_a');
  await books.append(trade('LATE', 'BUY', '2025-01-04', '5', '90'));
});
afterAll(async () => {
  await books.close();
  await database.close();
  await rm(directory, { recursive: true });
});

describe('diff', () => {
  it('says that there is nothing to compare with', async () => {
    const { exit, out, notes } = await chronofolio('diff');
    expect([exit, out]).toEqual([1, '']);
    expect(notes).toContain('there is no second generation');
  });

  describe('with a second generation', () => {
    beforeAll(async () => {
      await project(books, 'gen_b');
      await database.database.query(`update idle_generation set state = 'built'`);
    });

    it('shows which portfolios differ, the worst first', async () => {
      const { exit, out, notes } = await chronofolio('diff');
      expect(exit, notes).toBe(0);
      expect(out).toContain('gen_a (position 9) and then gen_b (position 10)');
      expect(out).toContain('published figures of 1 portfolio differ on 6 days, 2025-01-04 to 2025-01-09');
      expect(out).toMatch(/^P +6 +2025-01-04 +2025-01-09 +2 +0 +0 +\S+ \(\w+\) +material$/m);
    });

    it('shows one portfolio by its returns, its keys and their first rows', async () => {
      const { exit, out } = await chronofolio('diff P --rows 1');
      expect(exit).toBe(0);
      expect(out).toMatch(/^SI +\S+ % +\S+ % +\S+ +material$/m);
      expect(out).toContain('AAA: changed, 6 days, 2025-01-04 to 2025-01-09');
      expect(out).toMatch(/^2025-01-04 +before +10 +1,000\.00 +1,100\.00 /m);
      expect(out).toMatch(/^ +after +15 +1,450\.00 +1,650\.00 +450\.00 /m);
      expect((await chronofolio('diff Q')).out).toContain('no published figure differs');
      expect(await chronofolio('diff NOBODY')).toMatchObject({
        exit: 2,
        notes: expect.stringContaining('there is no portfolio NOBODY'),
      });
    });

    it('is a document or lines for programs', async () => {
      const [json, format] = [await chronofolio('diff --json'), await chronofolio('diff --format json')];
      expect(JSON.parse(json.out)).toMatchObject({ portfolios: 1, changed: [{ portfolio_id: 'P' }] });
      expect(format.out).toBe(json.out);
      const [head, line] = (await chronofolio('diff --format csv')).out.split('\n');
      expect(head).toMatch(
        /^portfolio_id,through,first,last,days,.*,max_impact_basis_points,material,.*SI_basis/,
      );
      expect(line).toMatch(/^P,2025-01-09,2025-01-04,2025-01-09,6,2,0,0,/);
      expect((await chronofolio('diff P --format csv')).out.split('\n')).toEqual([
        'portfolio_id,security_id,change,first,last,days',
        'P,AAA,changed,2025-01-04,2025-01-09,6',
        'P,CASH_EUR,changed,2025-01-04,2025-01-09,6',
      ]);
      expect((await chronofolio('diff --format xml')).exit).toBe(2);
    });

    it('draws one portfolio', async () => {
      const path = join(directory, 'diff.svg');
      const { notes } = await chronofolio(`diff P --svg ${path}`);
      expect(notes).toContain(`Picture: ${path}`);
      const svg = await readFile(path, 'utf8');
      expect(svg).toContain('P in two generations');
      expect(svg).toContain('6 days differ, 2025-01-04 to 2025-01-09');
      expect((await chronofolio(`diff --svg ${path}`)).exit).toBe(2);
      const failed = await chronofolio(`diff P --svg ${join(directory, 'nowhere', 'diff.svg')}`);
      expect(failed).toMatchObject({ exit: 1, notes: expect.stringContaining('could not be written') });
    });
  });
});

describe('restatements', () => {
  beforeAll(() => books.projections.catchUp());

  it('names the events, and the positions where they are asked for', async () => {
    const { out } = await chronofolio('restatements P');
    expect(out).toMatch(/^ +10 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +transaction +AAA +LATE +2025-01-04$/m);
    const detail = await chronofolio('restatements P --known-from 9 --positions');
    expect(detail.out).toMatch(/^2025-01-04 +AAA +10 +15 +1,000\.00 +1,450\.00 /m);
    expect((await chronofolio('restatements P --positions')).exit).toBe(2);
  });

  it('is lines for spreadsheets', async () => {
    const lines = (await chronofolio('restatements P --format csv')).out.split('\n');
    expect(lines[0]).toMatch(/^date,bod_market_value_before,.*,realized_gain_delta,causes$/);
    expect(lines[1]).toMatch(/^2025-01-04,.*,10$/);
    const detail = await chronofolio('restatements P --known-from 9 --positions --format csv');
    expect(detail.out.split('\n')[1]).toMatch(/^2025-01-04,AAA,10,15,1000\.00,1450\.00,.*,10$/);
  });

  it('is drawn', async () => {
    const path = join(directory, 'restated.svg');
    expect((await chronofolio(`restatements P --svg ${path}`)).exit).toBe(0);
    expect(await readFile(path, 'utf8')).toContain('transaction LATE, AAA (event 10, recorded');
  });
});
