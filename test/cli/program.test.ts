import { describe, expect, it } from 'vitest';
import { partialProjections } from './support/projections.ts';
import { partialApp, run, configured } from './support/run.ts';

class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code = 'unavailable';
}

class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const NAMES = [
  ...['serve', 'migrate', 'import', 'status', 'positions', 'performance', 'rebuild', 'verify', 'epochs'],
  ...['restatements', 'close-day', 'events', 'quarantine', 'demo', 'config', 'reader'],
  ...['generations', 'rollback', 'prune', 'ingest', 'backfill', 'feed'],
];

const DATABASE = {
  server: 'PostgreSQL 18.4',
  embedded: true,
  url: 'postgresql://x',
  timescale: { edition: 'none' as const },
  schemaVersion: 5,
  applied: [],
};

describe('the command line', () => {
  it('lists every command and the exit codes', async () => {
    const { exit, out } = await run('--help');
    expect(exit).toBe(0);
    for (const name of NAMES) expect(out).toMatch(new RegExp(`^  ${name}`, 'm'));
    expect(out).toContain('Exit codes:');
  });

  it('gives examples with every command', async () => {
    for (const name of NAMES) {
      const { exit, out } = await run(`${name} --help`);
      expect(exit, name).toBe(0);
      expect(out, name).toContain('Examples:');
      expect(out, name).toContain(`$ `);
      expect(out, name).toContain('--json');
    }
  });

  it('prints its version', async () => {
    expect(await run('--version')).toMatchObject({ exit: 0, out: '1.2.3' });
  });

  it.each([
    ['unknown-command', /unknown command/],
    ['positions', /missing required argument/],
    ['positions PORT_001 --date 2025-02-30', /"2025-02-30" is not a date/],
    ['performance PORT_001 --periods YTD,SOON', /"SOON" is not a period/],
    ['performance PORT_001 --from 2025-02-01 --to 2025-01-01', /is after/],
    ['performance PORT_001 --basis nett', /Allowed choices are net, gross/],
    ['events --limit 0', /--limit must be a whole number of at least 1/],
    ['rebuild', /say what to rebuild/],
    ['rebuild --all --portfolio PORT_001', /leave out --portfolio/],
    ['rebuild --portfolio PORT_001 --known-at 7', /--known-at is for --all/],
    ['rebuild --approve --cancel', /--cancel and --approve are two commands/],
    ['rebuild --watch --all', /leave out what to rebuild/],
    ['prune --keep forever', /--keep must be a time such as 36h/],
    ['restatements PORT_001 --known-to 12', /--known-to needs --known-from/],
    ['restatements PORT_001 --known-from soon', /neither a log position nor an instant/],
    ['import /nowhere/at/all.csv', /cannot read/],
    ['import x.csv --kind letters', /Allowed choices/],
    ['close-day tomorrow', /is not a date/],
  ])('answers "%s" with exit code 2 before anything is opened', async (line, message) => {
    const { exit, notes } = await run(line);
    expect(notes).toMatch(message);
    expect(exit).toBe(2);
  });

  it('tells a failure on one line, with the stack only for --debug', async () => {
    const open = () => Promise.reject(new Error('something broke\nwith details'));
    expect(await run('status', { open })).toEqual({
      exit: 1,
      out: '',
      notes: 'chronofolio: something broke',
    });
    expect((await run('status --debug', { open })).notes).toContain('at ');
  });

  it('exits with 3 when the database cannot be had, and says so in JSON when asked', async () => {
    const open = () => Promise.reject(new DatabaseError('connect ECONNREFUSED 127.0.0.1:5432'));
    const { exit, out, notes } = await run('--json status', { open });
    expect(exit).toBe(3);
    expect(notes).toBe('chronofolio: database not available: connect ECONNREFUSED 127.0.0.1:5432');
    expect(JSON.parse(out)).toEqual({
      error: 'database not available: connect ECONNREFUSED 127.0.0.1:5432',
      exit_code: 3,
    });
  });

  it('exits with 2 for a bad configuration', async () => {
    const configure = () => {
      throw new ConfigError('PORT="x" must be a port');
    };
    expect(await run('config', { configure })).toMatchObject({
      exit: 2,
      notes: 'chronofolio: PORT="x" must be a port',
    });
  });

  it('hands --home and --database-url over as the variables they stand for', async () => {
    const seen: unknown[] = [];
    const configure = (env: Readonly<Record<string, string | undefined>>) => {
      seen.push(env);
      return configured({ settings: [{ variable: 'PORT', value: '8080', source: 'default' }] });
    };
    await run('config --home /srv/books --database-url postgresql://h/d', { configure, env: { PORT: '1' } });
    expect(seen).toEqual([{ PORT: '1', CHRONOFOLIO_HOME: '/srv/books', DATABASE_URL: 'postgresql://h/d' }]);
  });

  it('prints the configuration, as a table or as JSON', async () => {
    const settings = [
      { variable: 'PORT', value: '8080', source: 'default' },
      { variable: 'DATABASE_URL', value: undefined, source: 'unset' },
    ];
    expect((await run('config', { settings })).out).toMatch(/PORT +8080 +default/);
    expect((await run('config', { settings })).out).not.toContain('DATABASE_URL');
    expect((await run('config --all', { settings })).out).toContain('DATABASE_URL');
    expect(JSON.parse((await run('config --json', { settings })).out)).toEqual([settings[0]]);
  });

  it('closes the program whatever happens', async () => {
    let closed = 0;
    const close = () => {
      closed += 1;
      return Promise.resolve();
    };
    expect(
      await run('migrate', { open: () => Promise.resolve(partialApp({ database: DATABASE, close })) }),
    ).toEqual({
      exit: 0,
      out: 'PostgreSQL 18.4: the schema is at version 5, nothing to do.',
      notes: '',
    });
    const failing = await run('migrate', { open: () => Promise.resolve(partialApp({ close })) });
    expect(failing.exit).toBe(1);
    expect(closed).toBe(2);
  });
});

describe('signals', () => {
  it('end a command with the code of the signal, closing the program', async () => {
    const controller = new AbortController();
    let closed = false;
    const projections = partialProjections({
      status: () => new Promise<never>(() => queueMicrotask(() => controller.abort(143))),
    });
    const app = partialApp({
      database: DATABASE,
      projections,
      close: () => {
        closed = true;
        return Promise.resolve();
      },
    });
    const { exit } = await run('status', { stop: controller.signal, open: () => Promise.resolve(app) });
    expect(exit).toBe(143);
    expect(closed).toBe(true);
  });

  it('end the server after it has closed its socket and its projections', async () => {
    const controller = new AbortController();
    const steps: string[] = [];
    const step = (name: string) => () => {
      steps.push(name);
      return Promise.resolve();
    };
    const app = partialApp({
      database: DATABASE,
      projections: partialProjections({
        start: () => void steps.push('start'),
        stop: step('stop projections'),
      }),
      serve: () => {
        steps.push('serve');
        queueMicrotask(() => controller.abort(130));
        return Promise.resolve({ url: 'http://127.0.0.1:1', close: step('close socket') });
      },
      close: step('close'),
    });
    const { exit, notes } = await run('serve', { stop: controller.signal, open: () => Promise.resolve(app) });
    expect(exit).toBe(0);
    expect(notes).toContain('http://127.0.0.1:1/docs');
    expect(steps).toEqual(['serve', 'close socket', 'close']);
  });
});
