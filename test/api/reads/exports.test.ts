import { createServer, get as httpGet } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createExportModels } from '../../../infra/read-model/export.ts';
import type { EndedExport } from '../../../projections/metrics.ts';
import type { ExportModels, ExportSource } from '../../../projections/queries/export.ts';
import { bodyOf, createTestApi, givenBooks, problemOf, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { readArrow, readParquet } from '../../support/tables.ts';

const POSITION_DAYS = '/v1/exports/position-days';
const PORTFOLIO_DAYS = '/v1/exports/portfolio-days';

/** What an export meets at its n-th page of rows. */
let atPage: (page: number) => Promise<void> = async () => undefined;
const observed: EndedExport[] = [];
let api: TestApi;
let server: Server;
let url: string;

function watched(models: ExportModels): ExportModels {
  return {
    snapshot: (work) =>
      models.snapshot((source) => {
        let page = 0;
        const turn = async <T>(load: () => Promise<T>): Promise<T> => {
          await atPage(++page);
          return load();
        };
        const shown: ExportSource = {
          ...source,
          positionDays: (segments) => turn(() => source.positionDays(segments)),
          portfolioDays: (segments) => turn(() => source.portfolioDays(segments)),
        };
        return work(shown);
      }),
  };
}

beforeAll(async () => {
  const later: { generations?: TestApi['generations'] } = {};
  api = await createTestApi(async (database) => {
    const pools = { gen_a: database.open(), gen_b: database.open({ searchPath: 'gen_b,public' }) };
    const models = createExportModels(async () => pools[(await later.generations?.active()) ?? 'gen_a']);
    return {
      exports: {
        models: watched(models),
        observe: (one) => observed.push(one),
        limits: { concurrent: 2, stallMs: 1_000, totalMs: 20_000 },
      },
    };
  });
  later.generations = api.generations;
  await givenBooks(api);
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_000', base_currency: 'EUR' });
  await api.given('/v1/securities', { security_id: 'SEC_Z', currency: 'EUR' });
  // Years of a position and of its cash: two pages and a bit.
  await api.given('/v1/transactions', [
    transaction('Z1', 'BUY', '2009-01-02', {
      portfolio_id: 'PORT_000',
      security_id: 'SEC_Z',
      currency: 'EUR',
      quantity: '3',
      price: '1.123456789012345678',
    }),
  ]);
  server = createServer((incoming, outgoing) => {
    void getRequestListener(api.fetch, { overrideGlobalObjects: false })(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  atPage = async () => undefined;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await api.close();
});

async function lines(path: string, headers?: Record<string, string>): Promise<string[]> {
  const reply = await api.get(path, headers);
  expect(reply.status).toBe(200);
  return (await reply.text()).trimEnd().split('\n');
}

async function openTransactions(): Promise<number> {
  const [row] = await api.database.query<{ open: number }>(
    `select count(*)::integer as open from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`,
  );
  return row?.open ?? 0;
}

describe('what is exported', () => {
  test('is every row of every position, by portfolio, security and date', async () => {
    const [header = '', ...rows] = await lines(POSITION_DAYS);
    const [counted] = await api.database.query<{ rows: number }>(
      'select count(*)::integer as rows from position_timeseries where superseded_by is null',
    );
    expect(rows).toHaveLength(counted?.rows ?? 0);
    expect(rows.length).toBeGreaterThan(10_000);
    expect(observed.at(-1)).toMatchObject({
      name: 'position-days',
      format: 'csv',
      outcome: 'complete',
      rows: rows.length,
    });
    const keys = rows.map((row) => row.split(',').slice(0, 3).join(' '));
    expect(keys).toEqual([...keys].sort());
    expect(new Set(keys).size).toBe(keys.length);
    expect(header).toMatch(/^portfolio_id,security_id,date,currency,base_currency,quantity,/);
  });

  test('has the figures of the pages of a position', async () => {
    const { rows } = await bodyOf<{ rows: Record<string, unknown>[] }>(
      api.get('/v1/portfolios/PORT_001/positions/SEC_AAPL/timeseries'),
    );
    const exported = await lines(`${POSITION_DAYS}?portfolio_id=PORT_001&security_id=SEC_AAPL&format=ndjson`);
    expect(exported.map((line): unknown => JSON.parse(line))).toEqual(
      rows.map((row): unknown => expect.objectContaining(row)),
    );
    expect(rows.length).toBeGreaterThan(4);
  });

  test('has the figures of the pages of a portfolio', async () => {
    const { rows } = await bodyOf<{ rows: Record<string, unknown>[] }>(
      api.get('/v1/portfolios/PORT_001/timeseries'),
    );
    const exported = await lines(`${PORTFOLIO_DAYS}?portfolio_id=PORT_001&format=ndjson`);
    expect(exported.map((line): unknown => JSON.parse(line))).toEqual(
      rows.map(({ from: _from, index: _index, ...row }): unknown => expect.objectContaining(row)),
    );
  });

  test('can be bounded by days', async () => {
    const rows = await lines(`${POSITION_DAYS}?from=2025-08-13&to=2025-08-14&security_id=SEC_AAPL`);
    expect(rows.slice(1).map((row) => row.split(',')[2])).toEqual(['2025-08-13', '2025-08-14']);
    expect(await lines(`${POSITION_DAYS}?from=2031-01-01`)).toHaveLength(1);
  });

  test('can be that of the members of a group', async () => {
    await api.given('/v1/groups', { group_id: 'MINE', portfolio_ids: ['PORT_001'] });
    const members = await lines(`${PORTFOLIO_DAYS}?group_id=MINE`);
    expect(members).toEqual(await lines(`${PORTFOLIO_DAYS}?portfolio_id=PORT_001`));
    expect((await api.get(`${PORTFOLIO_DAYS}?group_id=THEIRS`)).status).toBe(404);
  });

  test('is the same in Arrow and in Parquet, to the last digit', async () => {
    const query = '?portfolio_id=PORT_000,PORT_001&from=2024-01-01';
    const expected = (await lines(`${POSITION_DAYS}${query}&format=ndjson`)).map((line): unknown =>
      JSON.parse(line),
    );
    const bytes = async (format: string) =>
      new Uint8Array(
        await (await api.get(`${POSITION_DAYS}${query}&numbers=text&format=${format}`)).arrayBuffer(),
      );
    expect(readArrow(await bytes('arrow')).rows).toEqual(expected);
    expect((await readParquet(await bytes('parquet'))).rows).toEqual(expected);
  });

  test('says which it was, in the file', async () => {
    const reply = await api.get(`${PORTFOLIO_DAYS}?format=parquet&from=2025-08-01`);
    const { metadata } = await readParquet(new Uint8Array(await reply.arrayBuffer()));
    expect(metadata).toMatchObject({ export: 'portfolio-days', from: '2025-08-01' });
    expect(metadata['position']).toBe(reply.headers.get('X-Chronofolio-Position'));
  });

  test.each([
    ['?portfolio_id=PORT_404', 404],
    ['?portfolio_id=PORT_001,PORT_404', 404],
    ['?security_id=SEC_404', 404],
    ['?portfolio_id=', 400],
    ['?format=json', 400],
    ['?known_at=1', 400],
    ['?numbers=double', 400],
    ['?group_id=G&portfolio_id=PORT_001', 400],
  ])('%s is %i', async (query, status) => {
    const before = observed.length;
    expect((await api.get(POSITION_DAYS + query)).status).toBe(status);
    expect(observed).toHaveLength(before);
  });

  test('is not offered as JSON', async () => {
    expect((await api.get(POSITION_DAYS, { Accept: 'application/json' })).status).toBe(406);
    const any = await api.get(`${POSITION_DAYS}?portfolio_id=PORT_001`, { Accept: '*/*' });
    expect(any.headers.get('Content-Type')).toContain('text/csv');
    await any.text();
  });

  test('has its head alone for who asks for that, without reading a row', async () => {
    atPage = () => Promise.reject(new Error('read a page'));
    const head = (query: string) => api.request(POSITION_DAYS + query, { method: 'HEAD' });
    const reply = await head('');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Type')).toContain('text/csv');
    expect(reply.headers.get('Accept-Ranges')).toBe('none');
    expect((await head('?portfolio_id=PORT_404')).status).toBe(404);
    expect((await head('?group_id=THEIRS')).status).toBe(404);
    expect(await openTransactions()).toBe(0);
    atPage = async () => undefined;
    const whole = await api.get(POSITION_DAYS);
    expect(reply.headers.get('X-Chronofolio-Position')).toBe(whole.headers.get('X-Chronofolio-Position'));
    await whole.text();
  });
});

describe('one snapshot', () => {
  test('holds while a restatement and a rebuild go on', async () => {
    const before = await lines(POSITION_DAYS);
    const slot = await api.generations.active();
    let flipped = false;
    atPage = async (page) => {
      if (page !== 2) return;
      await api.given('/v1/transactions', [
        transaction('Z0', 'BUY', '2009-01-02', {
          portfolio_id: 'PORT_000',
          security_id: 'SEC_Z',
          currency: 'EUR',
          quantity: '5',
          price: '2',
        }),
      ]);
      await api.projections.rebuild({ all: true });
      flipped = (await api.generations.active()) !== slot;
    };
    expect(await lines(POSITION_DAYS)).toEqual(before);
    expect(flipped).toBe(true);
    const after = await lines(POSITION_DAYS);
    expect(after).toHaveLength(before.length);
    expect(after).not.toEqual(before);
  });
});

describe('the connection', () => {
  function open(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpGet(url + path, { headers: { Connection: 'close' } }, resolve).on('error', reject);
    });
  }

  async function received(reply: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of reply) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  const noneOpen = () => expect.poll(openTransactions, { timeout: 5_000 }).toBe(0);

  test.each(['csv', 'ndjson', 'arrow', 'parquet'])(
    'breaks when %s cannot be finished: what came is not taken for the whole',
    async (format) => {
      atPage = async (page) => {
        if (page === 3) throw new Error('the disk is on fire');
      };
      const reply = await open(`${POSITION_DAYS}?format=${format}`);
      expect(reply.statusCode).toBe(200);
      await expect(received(reply)).rejects.toThrow(/aborted/);
      expect(String(api.failures.at(-1))).toContain('the disk is on fire');
      await noneOpen();
    },
  );

  test('is a problem reply while nothing was sent', async () => {
    atPage = async () => {
      throw new Error('the disk is on fire');
    };
    expect((await api.get(POSITION_DAYS)).status).toBe(500);
    expect(observed.at(-1)).toMatchObject({ outcome: 'failed', rows: 0, bytes: 0 });
  });

  test('ends the export when the client goes', async () => {
    let pages = 0;
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (gone = resolve));
    atPage = async (page) => {
      pages = page;
      // Whatever is sent before it has gone is lost to it; what matters is that the rest is not read.
      if (page === 3) await left;
    };
    const reply = await open(POSITION_DAYS);
    reply.destroy();
    gone();
    await noneOpen();
    expect(pages).toBeLessThanOrEqual(4);
  });

  test('and before anything was sent to it', async () => {
    api.failures.length = 0;
    let pages = 0;
    let ask: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (gone = resolve));
    atPage = async (page) => {
      pages = page;
      ask();
      await left;
    };
    const request = httpGet(url + POSITION_DAYS).on('error', () => undefined);
    await asked;
    const connections = () => promisify(server.getConnections.bind(server))();
    const before = await connections();
    request.destroy();
    await expect.poll(connections).toBeLessThan(before);
    gone();
    await noneOpen();
    expect(pages).toBe(1);
    await expect.poll(() => observed.at(-1)).toMatchObject({ outcome: 'abandoned', rows: 0 });
    expect(api.failures).toEqual([]);
  });

  test('a client that takes nothing is given up, and its transaction with it', async () => {
    const reply = await api.get(POSITION_DAYS);
    expect(await openTransactions()).toBe(1);
    await noneOpen();
    expect(String(api.failures.at(-1))).toContain('took nothing');
    await expect(reply.text()).rejects.toThrow();
  });

  test('so is one that stopped reading', async () => {
    api.failures.length = 0;
    const reply = await open(`${POSITION_DAYS}?format=ndjson`);
    reply.pause();
    await expect.poll(() => String(api.failures.at(-1)), { timeout: 5_000 }).toContain('took nothing');
    await noneOpen();
    await expect(received(reply)).rejects.toThrow(/aborted/);
  });

  test('only so many exports run at once, and the next one when one is over', async () => {
    const running = await Promise.all([
      api.get(POSITION_DAYS),
      api.get(PORTFOLIO_DAYS + '?portfolio_id=PORT_000'),
    ]);
    const refused = await api.get(POSITION_DAYS);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('10');
    expect((await problemOf(refused)).detail).toContain('2 exports');
    expect(observed.at(-1)).toMatchObject({ format: 'csv', rows: 0, seconds: 0, outcome: 'busy' });
    await Promise.all(running.map((reply) => reply.text()));
    await noneOpen();
    expect((await api.get(PORTFOLIO_DAYS)).status).toBe(200);
  });
});
