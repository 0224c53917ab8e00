import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../../cli/wiring.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { httpStand, socketStand, until } from '../../infra/providers/support/servers.ts';
import { run } from '../support/run.ts';

let directory: string;
let db: TestDatabase;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-feeds-'));
  db = await createTestDatabase();
});
afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true, force: true });
});

async function file(name: string, content: unknown): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const CLOSES =
  'date,open,high,low,close,volume\n2025-07-01,1,2,1,2,10\n2025-07-02,2,1,2,2,10\n2025-07-03,1,2,1,2,10\n';

const cli = (line: string, env: Record<string, string> = {}, stop?: AbortSignal) => {
  const all = { DATABASE_URL: db.url, LOG_LEVEL: 'silent', ...env };
  return run(line, { configure: (given) => configure({ ...all, ...given }), ...(stop ? { stop } : {}) });
};

describe('backfill', () => {
  const LINE = 'backfill --symbol aapl.o --from 2025-07-01 --to 2025-07-05';

  it('lists holes, fills them, reports bad bars with file and line, and asks nothing again', async () => {
    const path = await file('closes.csv', CLOSES);
    const planned = await cli(`${LINE} --file ${path} --dry-run`);
    expect(planned).toMatchObject({ exit: 0 });
    expect(planned.out).toMatch(/^AAPL on XNAS: 0 of 3 bars, 3 holes:\n.*\n─+\n2025-07-01 +2025-07-03 +3$/);
    const filled = await cli(`${LINE} --file ${path} --json`);
    expect(filled.exit).toBe(0);
    expect(filled.notes).toContain(`${path} line 3: high must not be below open or close`);
    expect(JSON.parse(filled.out)).toEqual({
      symbols: [
        {
          ...{ symbol: 'AAPL', exchange: 'XNAS', interval: '1day', expected: 3, present: 0, holes: 3 },
          ...{ known_absent: 0, requests: 1, inserted: 2, absent: 0, bad: 1, outside: 0 },
        },
      ],
    });
    const again = await cli(`${LINE} --symbol AAPL --file ${path} --dry-run --json`);
    expect(JSON.parse(again.out)).toMatchObject({
      symbols: [{ present: 2, holes: 1, ranges: [{ from: '2025-07-02T00:00:00.000Z', holes: 1 }] }],
    });
  });

  it('goes on with the next symbol when one fails, and ends with 1', async () => {
    const stand = await httpStand((request, response) =>
      request.url === '/BAD'
        ? response.writeHead(403).end()
        : response.end(
            JSON.stringify([{ time: '2025-07-01', open: 1, high: 1, low: 1, close: 1, volume: 1 }]),
          ),
    );
    const bars = { kind: 'http', url: `${stand.url}/{symbol}`, rows: '[*]' };
    const path = await file('providers.json', { providers: { acme: { bars } } });
    const { exit, out } = await cli(
      'backfill --symbol BAD,GOOD --exchange XNYS --from 2025-07-01 --to 2025-07-01 --json',
      { PROVIDERS_FILE: path },
    );
    await stand.close();
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      symbols: [
        { symbol: 'BAD', inserted: 0, error: expect.stringContaining('answers 403') as string },
        { symbol: 'GOOD', inserted: 1 },
      ],
    });
  });

  it.each([
    ['backfill --symbol A --from 2025-07-01', /name a --file, or set PROVIDERS_FILE/],
    ['backfill --symbol A,,B --from 2025-07-01 --file x.csv', /"" is not a symbol/],
    ['backfill --symbol A --from 2025-07-02 --to 2025-07-01 --file x.csv', /is after/],
    ['backfill --symbol A --from 2025-07-01 --file x.csv --provider y', /name one/],
    ['backfill --symbol A --from 2025-07-01 --exchange XXXX --file x.csv', /--exchange must be one of/],
    ['backfill --symbol A --from 2025-07-01 --interval 1h --file x.csv', /Allowed choices/],
    ['feed', /name --symbols/],
    ['feed --symbols A', /Kafka is off/],
    ['feed --symbols A --to ftp://x', /must be kafka or a URL/],
    ['feed --symbols A --rate 0', /--rate must be a number/],
    ['feed --symbols A --duration soon', /--duration must be a time/],
    ['ingest', /PROVIDERS_FILE/],
  ])('answers "%s" with exit code 2', async (line, message) => {
    const { exit, notes } = await cli(line);
    expect(notes).toMatch(message);
    expect(exit).toBe(2);
  });

  it('answers a bad file of providers with exit code 2 and the place', async () => {
    const path = await file('bad.json', { providers: { acme: { bars: { kind: 'ftp' } } } });
    for (const line of ['ingest', 'backfill --symbol A --from 2025-07-01']) {
      const { exit, notes } = await cli(line, { PROVIDERS_FILE: path });
      expect(notes).toMatch(/bad\.json: providers\.acme\.bars/);
      expect(exit).toBe(2);
    }
  });
});

/** Takes ticks as our own interface does. */
async function takesTicks() {
  const ticks: Record<string, unknown>[] = [];
  const stand = await httpStand((_, response, body) => {
    const taken = body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    ticks.push(...taken);
    response.end(JSON.stringify({ success: true, data: { accepted: taken.length, rejected: 0 } }));
  });
  return { ...stand, ticks };
}

describe('feed', () => {
  it('sends as many as asked to an HTTP interface', async () => {
    const server = await takesTicks();
    const { exit, out } = await cli(
      `feed --symbols AAPL.O,BRK.B --rate 5000 --count 700 --to ${server.url} --json`,
    );
    await server.close();
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ target: `${server.url}/api/ticks`, sent: 700, refused: 0 });
    expect(server.ticks).toHaveLength(700);
    expect(new Set(server.ticks.map(({ ric }) => ric))).toEqual(new Set(['AAPL.O', 'BRK.B']));
  });

  it('replays a file, and tells the lines that hold no tick', async () => {
    const server = await takesTicks();
    const path = await file(
      'ticks.csv',
      'symbol,price,timestamp,volume\nAAPL.O,1.5,1755268200000,3\nMSFT,0,1755268200001,\nMSFT,2,2025-08-15T14:30:00.500Z,\n',
    );
    const { exit, out, notes } = await cli(`feed --file ${path} --speed 1000 --to ${server.url}`);
    await server.close();
    expect(exit).toBe(0);
    expect(out).toMatch(/^2 ticks sent to .*; 1 line held no tick\.$/);
    expect(notes).toContain(`${path} line 3: price: must be greater than zero`);
    expect(server.ticks).toEqual([
      { ric: 'AAPL.O', price: 1.5, timestamp: 1755268200000, volume: 3 },
      { ric: 'MSFT', price: 2, timestamp: 1755268200500 },
    ]);
  });

  it('ends with a summary when it is stopped, and with 1 when nobody takes the ticks', async () => {
    const server = await takesTicks();
    const controller = new AbortController();
    const running = cli(`feed --symbols A --rate 1000 --to ${server.url}`, {}, controller.signal);
    await until('some ticks', () => server.ticks.length > 10);
    controller.abort(130);
    const { exit, out } = await running;
    await server.close();
    expect(exit).toBe(0);
    expect(out).toContain(' sent to ');
    expect(await cli(`feed --symbols A --count 1 --to ${server.url}`)).toMatchObject({
      exit: 1,
      notes: expect.stringContaining('cannot be reached') as string,
    });
  });
});

describe('ingest', () => {
  it('publishes the ticks of a provider until it is stopped, also after it was lost', async () => {
    const server = await takesTicks();
    const provider = await socketStand((socket, count) =>
      socket.send(JSON.stringify({ s: 'AAPL.O', p: count, t: Date.now() })),
    );
    const path = await file('live.json', {
      providers: {
        acme: {
          live: {
            ...{
              kind: 'websocket',
              url: provider.url,
              symbols: ['AAPL.O'],
              backoff: { baseMs: 10, capMs: 10 },
            },
            fields: { symbol: 's', price: 'p', timestamp: 't' },
          },
        },
      },
    });
    const controller = new AbortController();
    const running = cli(`ingest --to ${server.url} --json`, { PROVIDERS_FILE: path }, controller.signal);
    await until('the first tick', () => server.ticks.length === 1);
    provider.connections[0]?.socket.close();
    await until('the second tick', () => server.ticks.length === 2);
    controller.abort(143);
    const { exit, out } = await running;
    await Promise.all([server.close(), provider.close()]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ acme: { messages: 2, ticks: 2, published: 2, reconnects: 1 } });
    expect(server.ticks.map(({ ric, price }) => [ric, price])).toEqual([
      ['AAPL.O', 1],
      ['AAPL.O', 2],
    ]);
  });
});
