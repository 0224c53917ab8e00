import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configure } from '../../cli/wiring.ts';
import { createTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { run } from './support/run.ts';
import type { Ran } from './support/run.ts';

let database: TestDatabase;
let directory: string;
let first: Ran;

const DEMO = 'demo --years 1 --portfolios 3 --securities 16';

/** Runs a command line against this file's database. */
function chronofolio(line: string): Promise<Ran> {
  return run(line, { configure, env: { DATABASE_URL: database.url, LOG_LEVEL: 'silent' } });
}

/** Runs it with `--json` and reads the result. */
async function json<T>(line: string, shape: z.ZodType<T>): Promise<T> {
  const { exit, out, notes } = await chronofolio(`${line} --json`);
  expect(exit, notes).toBe(0);
  return shape.parse(JSON.parse(out));
}

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const STATUS = z.object({
  projections: z.object({
    head: z.number(),
    position: z.number(),
    lag_events: z.number(),
    dirty_keys: z.number(),
  }),
  portfolios: z.array(
    z.object({ portfolio_id: z.string(), complete_through: z.string().nullable(), epoch: z.number() }),
  ),
});

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-cli-'));
  expect((await chronofolio('status')).out).toContain('No portfolio yet');
  first = await chronofolio(DEMO);
}, 120_000);

afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

describe('demo', () => {
  it('imports, projects and shows a portfolio year by year', () => {
    expect(first.exit, first.notes).toBe(0);
    expect(first.out).toMatch(/Imported 3 portfolios, 16 securities/);
    expect(first.out).toMatch(/^2025 .*%/m);
    expect(first.out).toMatch(/^total .*%/m);
    expect(first.out).toContain('Growth of 1');
  });

  it('restates the weeks of a late trade and says what that did to the returns', () => {
    expect(first.out).toMatch(/went from epoch 0 to 1/);
    expect(first.out).toMatch(/between epoch 0 and epoch 1: 45 days changed, 2025-11-17 to 2025-12-31/);
    expect(first.out).toMatch(/^YTD .*%.*%/m);
    expect(first.out).toContain('What to try next');
  });

  it('finds everything in place the second time and shows the same days', async () => {
    const { exit, out, notes } = await chronofolio(DEMO);
    expect(exit, notes).toBe(0);
    expect(out).toContain('The demo is loaded already');
    expect(out).toContain('The late trade is there from an earlier run');
    const days = (text: string) => text.split('\n').filter((line) => /^2025-1[12]-\d\d /.test(line));
    expect(days(out).length).toBeGreaterThan(5);
    expect(days(out)).toEqual(days(first.out));
  });
});

describe('reading', () => {
  it('tells where everything stands', async () => {
    const status = await json('status', STATUS);
    expect(status.projections.lag_events).toBe(0);
    expect(status.projections.dirty_keys).toBe(0);
    expect(status.portfolios.map((row) => row.complete_through)).toEqual(Array(3).fill('2025-12-31'));
    expect((await chronofolio('status')).out).toMatch(/PORT_001 +Family savings +EUR +fifo/);
  });

  it('lists positions whose weights add up', async () => {
    const shape = z.object({ positions: z.array(z.object({ security_id: z.string(), weight: z.string() })) });
    const { positions } = await json('positions PORT_001', shape);
    expect(positions.reduce((total, row) => total + Number(row.weight), 0)).toBeCloseTo(1, 6);
    expect((await chronofolio('positions PORT_001 --date 2025-06-30')).out).toMatch(/CASH_EUR/);
  });

  it('shows returns that link: the quarters make the year', async () => {
    const shape = z.object({ periods: z.array(z.object({ period: z.string(), twr: z.string() })) });
    const line = 'performance PORT_001 --periods 2025-Q1,2025-Q2,2025-Q3,2025-Q4,2025';
    const { periods } = await json(line, shape);
    const growth = periods.map(({ twr }) => 1 + Number(twr));
    expect(growth.slice(0, 4).reduce((a, b) => a * b, 1)).toBeCloseTo(growth[4] ?? 0, 9);
    expect((await chronofolio(line)).out).toMatch(/2025-Q3 .*%/);
  });

  it('lists the epochs of the late trade and compares them', async () => {
    const shape = z.object({
      rows: z.array(z.object({ security_id: z.string().nullable(), from_date: z.string() })),
    });
    const { rows } = await json('epochs PORT_001', shape);
    expect(rows.map((row) => row.security_id ?? 'portfolio').sort()).toEqual([
      'CASH_EUR',
      'SEC_WELTALL',
      'portfolio',
    ]);
    expect(new Set(rows.map((row) => row.from_date))).toEqual(new Set(['2025-11-17']));
    const { exit, out } = await chronofolio('restatements PORT_001 --days 2 --materiality 100000');
    expect(exit).toBe(0);
    expect(out).toMatch(/45 days changed/);
    expect(out).toContain('… 43 days');
    expect(out).not.toContain('material\n');
  });

  it('prints the whole log, one event a line, or some of it', async () => {
    const { projections } = await json('status', STATUS);
    const lines = (await chronofolio('events')).out.split('\n');
    expect(lines).toHaveLength(projections.head);
    const event = z.object({ position: z.number(), type: z.string(), stream_id: z.string() });
    expect(lines.map((line) => event.parse(JSON.parse(line)).position)).toEqual(lines.map((_, i) => i + 1));
    const some = (await chronofolio('events --type PortfolioOpened --after 1 --limit 1')).out.split('\n');
    expect(some.map((line) => event.parse(JSON.parse(line)))).toEqual([
      { position: 2, type: 'PortfolioOpened', stream_id: 'portfolio-PORT_002' },
    ]);
  });

  it.each(['positions NOBODY', 'performance NOBODY', 'epochs NOBODY', 'restatements NOBODY'])(
    'answers "%s" with what is not there',
    async (line) => {
      expect(await chronofolio(line)).toMatchObject({
        exit: 2,
        notes: 'chronofolio: there is no portfolio NOBODY',
      });
    },
  );
});

describe('import', () => {
  it('names file, line, column and rule of each bad row and imports nothing', async () => {
    const path = await file('closes.csv', [
      'security_id,date,price,currency',
      'SEC_WELTALL,2025-12-31,150.10,EUR',
      'SEC_WELTALL,2025-02-30,150.10,EUR',
      'SEC_WELTALL,2025-12-30,-1,EUR',
    ]);
    const { projections: before } = await json('status', STATUS);
    const { exit, out, notes } = await chronofolio(`import ${path}`);
    expect(exit).toBe(2);
    expect(notes).toContain(`${path}:3 date date:`);
    expect(notes).toContain(`${path}:4 price positive:`);
    expect(out).toContain('nothing was imported');
    expect((await json('status', STATUS)).projections.head).toBe(before.head);

    const rehearsal = await chronofolio(`import ${path} --dry-run`);
    expect(rehearsal.exit).toBe(2);
    expect((await json('status', STATUS)).projections.head).toBe(before.head);

    const skipping = await chronofolio(`import ${path} --skip-invalid`);
    expect(skipping.exit).toBe(0);
    expect(skipping.out).toMatch(/prices +1 +1 +0/);
    const after = (await json('status', STATUS)).projections;
    expect(after).toMatchObject({ head: before.head + 1, position: before.head + 1, dirty_keys: 0 });
  });

  it('knows what it imported before', async () => {
    const path = await file('late.ndjson', [
      JSON.stringify({
        transaction_id: 'TXN_CLI_1',
        portfolio_id: 'PORT_001',
        security_id: 'CASH_EUR',
        transaction_date: '2025-12-30T10:00:00Z',
        transaction_type: 'DEPOSIT',
        gross_transaction_amount: '1000',
      }),
    ]);
    expect((await chronofolio(`import ${path}`)).out).toMatch(/transactions +1 +1 +0/);
    expect((await chronofolio(`import ${path}`)).out).toMatch(/transactions +1 +0 +1/);
  });
});

describe('operating', () => {
  it('advances the business date once', async () => {
    expect((await chronofolio('close-day 2026-01-02')).out).toContain(
      '2026-01-02 is the latest business date',
    );
    expect((await chronofolio('close-day 2026-01-02')).out).toContain('is a business date already');
    const { portfolios } = await json('status', STATUS);
    expect(portfolios[0]?.complete_through).toBe('2026-01-02');
  });

  it('rebuilds a portfolio or everything without changing a figure', async () => {
    const checksum = z.object({ ok: z.literal(true), checksum: z.string() });
    const before = await json('verify', checksum);
    expect((await chronofolio('rebuild --portfolio PORT_002 --from 2025-06-01')).exit).toBe(0);
    const rebuilt = await chronofolio('rebuild --all');
    expect(rebuilt.exit, rebuilt.notes).toBe(0);
    expect(rebuilt.out).toContain('Readers see generation gen_b');
    expect(await json('verify', checksum)).toEqual(before);
  });

  it('finds nothing in quarantine', async () => {
    expect((await chronofolio('quarantine list')).out).toBe('Nothing is kept apart.');
    expect((await chronofolio('quarantine retry PORT_001 SEC_WELTALL')).exit).toBe(0);
  });

  it('has verify fail on a figure that was tampered with, naming its day', async () => {
    const [slot] = await database.database.query<{ slot: string }>('select slot from active_generation');
    const pool = database.open({ searchPath: `${slot?.slot ?? ''},public` });
    await pool.query(
      `update position_timeseries set eod_market_value = eod_market_value + 1
        where date = '2025-03-03' and superseded_by is null and security_no = (
          select security_no from securities where security_id = 'SEC_WELTALL')`,
    );
    const { exit, out } = await chronofolio('verify');
    expect(exit).toBe(1);
    expect(out).toMatch(/PORT_001 SEC_WELTALL 2025-03-03, position_timeseries/);
  });
});
