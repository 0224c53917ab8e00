import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App, ReaderFacts } from '../../../cli/app.ts';
import { partialApp, run } from '../support/run.ts';

const FACTS: ReaderFacts = {
  role: 'chronofolio_reader',
  exists: true,
  hasPassword: false,
  connectionLimit: 20,
  settings: ['default_transaction_read_only=on', 'statement_timeout=30s'],
  views: ['cash_flow', 'portfolio_daily'],
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-reader-'));
});
afterAll(() => rm(directory, { recursive: true }));

function appWith(passwords: string[], known: ReaderFacts = FACTS): () => Promise<App> {
  const database = {
    server: 'PostgreSQL 18.4',
    embedded: false,
    url: 'postgresql://owner:hidden@db.example:5433/books?sslmode=require',
    timescale: { edition: 'none' as const },
    schemaVersion: 5,
    applied: [],
  };
  const reader: App['reader'] = {
    facts: () => Promise.resolve(known),
    setPassword: (password) => {
      passwords.push(password);
      return Promise.resolve();
    },
  };
  return () => Promise.resolve(partialApp({ database, reader }));
}

describe('reader', () => {
  it('shows the role, its limits and where it connects, without any password', async () => {
    const { exit, out } = await run('reader show', { open: appWith([]) });
    expect(exit).toBe(0);
    expect(out).toMatch(/password +none: nobody gets in/);
    expect(out).toMatch(/statement_timeout +30s/);
    expect(out).toContain('cash_flow, portfolio_daily');
    expect(out).toContain('postgresql://chronofolio_reader@db.example:5433/books?sslmode=require');
    expect(out).not.toContain('hidden');
  });

  it('says so when the role could not be made', async () => {
    const missing = { ...FACTS, exists: false, hasPassword: undefined, connectionLimit: undefined };
    const { out } = await run('reader', { open: appWith([], missing) });
    expect(out).toContain('is not there');
    expect(JSON.parse((await run('reader --json', { open: appWith([], missing) })).out)).toMatchObject({
      exists: false,
      has_password: null,
      connection_limit: null,
    });
  });

  it('makes a password and prints it this once', async () => {
    const passwords: string[] = [];
    const first = await run('reader set-password', { open: appWith(passwords) });
    await run('reader set-password', { open: appWith(passwords) });
    expect(first.exit).toBe(0);
    expect(passwords).toHaveLength(2);
    expect(passwords[0]).toMatch(/^[\w-]{32}$/);
    expect(passwords[0]).not.toBe(passwords[1]);
    expect(first.out.split(passwords[0]!)).toHaveLength(2);
  });

  it('takes the first line of a file and does not repeat it', async () => {
    const passwords: string[] = [];
    const file = join(directory, 'password');
    await writeFile(file, 'a long enough one \nsomething else\n');
    const { exit, out } = await run(`--json reader set-password --password-file ${file}`, {
      open: appWith(passwords),
    });
    expect(exit).toBe(0);
    expect(passwords).toEqual(['a long enough one ']);
    expect(JSON.parse(out)).toEqual({
      role: 'chronofolio_reader',
      url: 'postgresql://chronofolio_reader@db.example:5433/books?sslmode=require',
    });
  });

  it.each([
    ['short', /at least 12 characters/],
    ['with a \u0007 control character', /no control characters/],
  ])('refuses %j before anything is opened', async (password, message) => {
    const file = join(directory, 'refused');
    await writeFile(file, password);
    const { exit, notes } = await run(`reader set-password --password-file ${file}`);
    expect(notes).toMatch(message);
    expect(exit).toBe(2);
  });

  it('refuses a file that is not there, and a password on the command line', async () => {
    expect(await run('reader set-password --password-file /nowhere/at/all')).toMatchObject({ exit: 2 });
    expect(await run('reader set-password secret-on-the-line')).toMatchObject({ exit: 2 });
  });
});
