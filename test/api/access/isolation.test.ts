/** A principal of one portfolio learns nothing of another: by no route, no header, no question to the database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, transaction } from '../../support/api.ts';
import { HIDDEN, MISSING, openIsolation, OWN, seen } from '../../support/isolation.ts';
import type { IsolationStage, Operation, Seen } from '../../support/isolation.ts';

let stage: IsolationStage;
let operations: readonly Operation[];

beforeAll(async () => {
  stage = await openIsolation();
  await stage.given('/v1/groups', [
    { group_id: 'GROUP_OWN', portfolio_ids: [OWN] },
    { group_id: 'GROUP_HID', portfolio_ids: [OWN, HIDDEN] },
  ]);
  operations = await stage.operations();
});
afterAll(() => stage.close());

/** Names in a path, and what stands there when something is hidden, is missing, and is one's own. */
const NAMES: Readonly<Record<string, { hidden: string; missing: string; own: string }>> = {
  portfolio_id: { hidden: HIDDEN, missing: MISSING, own: OWN },
  group_id: { hidden: 'GROUP_HID', missing: 'GROUP_NON', own: 'GROUP_OWN' },
  transaction_id: { hidden: 'T_HID_2', missing: 'T_NON_2', own: 'T_OWN_2' },
};
const OTHERS: Readonly<Record<string, string>> = {
  security_id: 'SEC_A',
  rebuild_id: '00000000-0000-4000-8000-000000000000',
  key_id: 'aaaaaaaaaaaa',
  benchmark_id: 'NONE',
  series_id: 'NONE',
};

function addressOf({ path }: Operation, side: 'hidden' | 'missing' | 'own'): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = NAMES[name]?.[side] ?? OTHERS[name];
    if (value === undefined) throw new Error(`${path}: what is ${name}?`);
    return value;
  });
}

/** Values of parameters that a route cannot do without. */
const REQUIRED: Readonly<Record<string, string>> = { benchmark: 'SEC_A', by: 'type', key: 'equity' };

/** The address with a query of what is required and what is wanted besides. */
function withQuery(address: string, { path, required }: Operation, query = ''): string {
  const parameters = required.map((name) => {
    const value = REQUIRED[name];
    if (value === undefined) throw new Error(`${path}: what is ${name}?`);
    return `${name}=${value}`;
  });
  const all = [...parameters, query].filter((part) => part !== '').join('&');
  return all === '' ? address : `${address}?${all}`;
}

const allNames = Object.values(NAMES).flatMap(({ hidden, missing }) => [hidden, missing]);

const BODIES: Readonly<Record<string, unknown>> = {
  '/v1/transactions/{transaction_id}/correct': { price: '149', reason: 'typo' },
  '/v1/transactions/{transaction_id}/cancel': { reason: 'never was' },
  '/v1/portfolios/{portfolio_id}/close': { date: '2025-08-20' },
};

async function ask(
  address: string,
  { method, path }: Operation,
  headers: Record<string, string> = {},
  body = BODIES[path],
): Promise<Seen> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const reply = await stage.api.request(address, {
    method,
    headers: { ...stage.limited, ...type, ...headers },
    ...sent,
  });
  return seen(reply, allNames);
}

const named = (operation: Operation) =>
  Object.keys(NAMES).some((name) => operation.path.includes(`{${name}}`));
const KNOWN_THEN = 'known_at=2999-01-01T00:00:00Z';

describe('what is hidden and what there is not', () => {
  it('are answered alike by every route that names something, now and as it was known then', async () => {
    const routes = operations.filter(named);
    expect(routes.length).toBeGreaterThan(20);
    for (const operation of routes) {
      const queries = operation.method === 'GET' ? ['', KNOWN_THEN, 'format=csv'] : [''];
      for (const query of queries) {
        const hidden = await ask(withQuery(addressOf(operation, 'hidden'), operation, query), operation);
        const missing = await ask(withQuery(addressOf(operation, 'missing'), operation, query), operation);
        expect([operation.path, query, hidden]).toEqual([operation.path, query, missing]);
        expect(hidden.status).toBeGreaterThanOrEqual(400);
        expect(hidden.status).toBeLessThan(500);
      }
    }
  });

  it('are answered alike for groups of portfolios by their ids', async () => {
    for (const operation of operations.filter(({ path }) => path.startsWith('/v1/groups/{group_id}/'))) {
      const at = (other: string) =>
        withQuery(operation.path.replace('{group_id}', `${OWN},${other}`), operation);
      const hidden = await ask(at(HIDDEN), operation);
      if (hidden.status !== 404) throw new Error(`${operation.path}: ${hidden.body}`);
      expect([operation.path, hidden]).toEqual([operation.path, await ask(at(MISSING), operation)]);
      expect(hidden.status).toBe(404);
    }
  });

  it('are answered alike where a parameter names them', async () => {
    for (const operation of operations.filter(({ path }) => path.startsWith('/v1/exports/')))
      for (const name of ['portfolio_id', 'group_id']) {
        const { hidden, missing } = NAMES[name]!;
        const one = await ask(`${operation.path}?${name}=${hidden}`, operation);
        expect(one).toEqual(await ask(`${operation.path}?${name}=${missing}`, operation));
        expect(one.status).toBe(404);
      }
  });

  it('cost the same questions to the database: none for a portfolio', async () => {
    for (const operation of operations.filter(named)) {
      const costs: number[] = [];
      for (const side of ['hidden', 'missing'] as const) {
        stage.statements();
        await ask(withQuery(addressOf(operation, side), operation), operation);
        costs.push(stage.statements());
      }
      expect([operation.method, operation.path, costs[0]]).toEqual([
        operation.method,
        operation.path,
        costs[1],
      ]);
      if (operation.path.includes('{portfolio_id}'))
        expect([operation.method, operation.path, costs]).toEqual([operation.method, operation.path, [0, 0]]);
    }
  });

  it('cost the same whoever asks for a group that is there, hidden or not at all', async () => {
    const operation = operations.find(({ path }) => path === '/v1/groups/{group_id}/performance')!;
    for (const group of ['GROUP_HID', 'GROUP_NON']) {
      await ask(operation.path.replace('{group_id}', group), operation);
      stage.statements();
      await ask(operation.path.replace('{group_id}', group), operation);
      expect([group, stage.statements()]).toEqual([group, 1]);
    }
  });
});

describe('what others do', () => {
  it('changes nothing in what a principal of one portfolio sees', async () => {
    const reads = operations.filter(({ method, path }) => method === 'GET' && !path.startsWith('/health'));
    const known = `known_at=${encodeURIComponent(new Date().toISOString())}`;
    const addresses = reads.flatMap((operation) => {
      const base = addressOf(operation, 'own');
      const more = operation.path.startsWith('/v1/exports/') ? ['format=ndjson'] : [known, 'format=csv'];
      return ['', ...more].map((query) => ({ operation, address: withQuery(base, operation, query) }));
    });
    addresses.push({
      operation: reads.find(({ path }) => path.endsWith('/restatements'))!,
      address: `/v1/portfolios/${OWN}/restatements?known_from=2020-01-01T00:00:00Z`,
    });
    const look = async () => {
      const all: Record<string, Seen> = {};
      for (const { operation, address } of addresses) all[address] = await ask(address, operation);
      return all;
    };
    const before = await look();
    expect(Object.values(before).filter(({ status }) => status === 200).length).toBeGreaterThan(30);

    await stage.given('/v1/transactions', [
      transaction('T_HID_9', 'BUY', '2025-08-12', {
        portfolio_id: HIDDEN,
        security_id: 'SEC_B',
        quantity: '3',
        price: '149',
      }),
    ]);
    await stage.given('/v1/portfolios', { portfolio_id: 'PORT_HID2', base_currency: 'USD' });
    await stage.given('/v1/groups', { group_id: 'GROUP_HID2', portfolio_ids: [HIDDEN, 'PORT_HID2'] });
    await stage.given('/v1/transactions/T_HID_2/correct', { price: '151', reason: 'late news' });

    const after = await look();
    for (const [address, reply] of Object.entries(before)) {
      expect([address, after[address]?.body]).toEqual([address, reply.body]);
      expect([address, after[address]]).toEqual([address, reply]);
    }
    expect(JSON.stringify(after)).not.toContain('HID');
  });

  it('does not show in positions: they are nowhere', async () => {
    const { api, limited } = stage;
    for (const path of ['', '/transactions', '/epochs', '/performance', '/timeseries']) {
      const reply = await api.get(`/v1/portfolios/${OWN}${path}`, limited);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('X-Chronofolio-Position')).toBeNull();
      const text = await reply.text();
      expect(text).not.toMatch(/"(cause_)?position":\s*\d/);
    }
    const { epochs } = await bodyOf<{ epochs: { epoch_id: number; who: string }[] }>(
      api.get(`/v1/portfolios/${OWN}/epochs`, limited),
    );
    expect(epochs.map((one) => one.epoch_id)).toEqual(epochs.map((_, index) => index + 1));
    const pages = await bodyOf<{ epochs: unknown[]; next_cursor: string }>(
      api.get(`/v1/portfolios/${OWN}/epochs?limit=1`, limited),
    );
    const rest = await bodyOf<{ epochs: unknown[] }>(
      api.get(`/v1/portfolios/${OWN}/epochs?cursor=${pages.next_cursor}`, limited),
    );
    expect([...pages.epochs, ...rest.epochs]).toEqual(epochs);
  });

  it('cannot be told by tags: they are of what a reply holds', async () => {
    const { api, limited, full } = stage;
    const path = `/v1/portfolios/${OWN}/positions`;
    const etag = (await api.get(path, limited)).headers.get('ETag')!;
    expect((await api.get(path, { ...limited, 'If-None-Match': etag })).status).toBe(304);
    // The tag of the whole books is no tag of theirs.
    const whole = (await api.get(path, full)).headers.get('ETag')!;
    expect((await api.get(path, { ...limited, 'If-None-Match': whole })).status).toBe(200);
  });

  it('is not asked after by a position of the log', async () => {
    for (const query of ['known_at=3', 'known_from=3', 'known_from=2020-01-01T00:00:00Z&known_to=7']) {
      const reply = await stage.api.get(`/v1/portfolios/${OWN}/restatements?${query}`, stage.limited);
      expect([query, reply.status]).toEqual([query, 400]);
      expect(await reply.text()).toContain('must be an instant');
    }
  });

  it('is not listed', async () => {
    const { portfolios } = await bodyOf<{ portfolios: { portfolio_id: string }[] }>(
      stage.api.get('/v1/portfolios', stage.limited),
    );
    expect(portfolios.map((one) => one.portfolio_id)).toEqual([OWN]);
    const none = await stage.access.headers({ portfolio_ids: [] });
    expect(await bodyOf(stage.api.get('/v1/portfolios', none))).toMatchObject({ portfolios: [] });
  });
});

describe('what is of no single portfolio', () => {
  it('is for principals of all: every other write, the log, the operations and the keys', async () => {
    const forbidden: string[] = [];
    for (const operation of operations) {
      const { status, body } = await ask(
        addressOf(operation, 'own'),
        operation,
        {},
        BODIES[operation.path] && {},
      );
      if (status === 403) {
        forbidden.push(`${operation.method} ${operation.path}`);
        expect(body).toContain('for principals of all portfolios');
      }
    }
    expect(forbidden).toEqual(
      expect.arrayContaining([
        'POST /v1/securities',
        'POST /v1/prices',
        'POST /v1/fx-rates',
        'POST /v1/splits',
        'POST /v1/business-dates',
        'POST /v1/groups',
        'POST /v1/benchmarks',
        'POST /v1/series',
        'POST /v1/series-values',
        'DELETE /v1/groups/{group_id}',
        'DELETE /v1/benchmarks/{benchmark_id}',
        'GET /v1/events',
        'POST /v1/rebuilds',
        'GET /v1/rebuilds',
        'GET /v1/rebuilds/{rebuild_id}',
        'GET /v1/generations',
        'POST /v1/rollbacks',
        'GET /v1/keys',
        'POST /v1/keys',
        'DELETE /v1/keys/{key_id}',
        'GET /metrics',
      ]),
    );
  });
});
