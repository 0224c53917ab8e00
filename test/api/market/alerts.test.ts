import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../../api/access/access.ts';
import type { Access } from '../../../api/access/access.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { registerAlerts } from '../../../api/market/alerts.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createAlertHooks } from '../../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../../infra/market-store/alerts.ts';
import { LOCAL } from '../../../domain/access/principal.ts';
import type { Principal } from '../../../domain/access/principal.ts';
import type { AlertRules } from '../../../projections/market/alert-rules.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let alerts: AlertRules;
const api = new OpenAPIHono<ApiEnv>();
api.use(controlled(openAccess([])));
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  alerts = createAlertStore({
    database: db.database,
    abilities: { webhookHosts: ['hooks.internal'], webhookSecret: false, kafka: true },
    maxPerSymbol: 5,
  });
  registerAlerts(api, { alerts });
});
afterAll(() => db.close());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: {
    readonly data: { readonly rule_id: string; readonly alert_id: string }[] & { readonly rule_id: string };
    readonly next_cursor: string | null;
  };
}

async function send(method: string, path: string, body?: unknown): Promise<Reply> {
  const response = await api.request(`/api/alerts${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Reply['body'] };
}

const secret = 'nobody may ever see this';
const rule = { symbol: 'aapl.o', condition: ' price > 200 ' };

async function made(fields: object = {}): Promise<string> {
  return (await send('POST', '', { ...rule, ...fields })).body.data.rule_id;
}

describe('/api/alerts', () => {
  it('makes a rule and shows it', async () => {
    const created = await send('POST', '', rule);
    expect(created).toMatchObject({
      status: 201,
      body: {
        success: true,
        data: {
          symbol: 'AAPL',
          interval: 'tick',
          condition: 'price > 200',
          hysteresis: 0,
          cooldown_s: 0,
          webhook_url: null,
          webhook_secret_set: false,
          enabled: true,
          state: 'new',
          raised: 0,
        },
        timestamp: expect.any(Number),
      },
    });
    const { data } = created.body;
    expect((await send('GET', `/${data.rule_id}`)).body.data).toEqual(data);
    await send('DELETE', `/${data.rule_id}`);
  });

  it('never gives a secret out', async () => {
    const fields = { webhook_url: 'https://hooks.example/a', webhook_secret: secret };
    const created = await send('POST', '', { ...rule, symbol: 'SECRET', ...fields });
    expect(created).toMatchObject({ status: 201, body: { data: { webhook_secret_set: true } } });
    const path = `/${created.body.data.rule_id}`;
    const replies = [
      created,
      await send('GET', path),
      await send('GET', '?symbol=SECRET'),
      await send('PUT', path, { webhook_secret: `${secret}!` }),
      await send('PUT', path, { webhook_secret: `${secret}!`, condition: 'nonsense' }),
      await send('POST', '', { ...rule, ...fields, webhook_url: 'ftp://x' }),
      await send('DELETE', path),
      await send('GET', '/history'),
    ];
    for (const { text } of replies) expect(text).not.toContain(secret);
  });

  it.each([
    [{ condition: 'price > 200' }, 'symbol', 'required'],
    [{ symbol: 'AAPL' }, 'condition', 'required'],
    [{ ...rule, symbol: 'two words' }, 'symbol', 'symbol'],
    [{ ...rule, interval: '2min' }, 'interval', 'one_of'],
    [{ ...rule, hysteresis: -1 }, 'hysteresis', 'range'],
    [{ ...rule, cooldown_s: 1.5 }, 'cooldown_s', 'type'],
    [{ ...rule, colour: 'red' }, 'colour', 'unknown_field'],
    [{ ...rule, condition: 'price >' }, 'condition', 'operand'],
    [{ ...rule, condition: 'rsi(14) > 70' }, 'condition', 'interval'],
    [{ ...rule, interval: '1day', condition: 'rsi(0) > 70' }, 'condition', 'parameter'],
    [{ ...rule, webhook_url: 'http://hooks.example/', webhook_secret: secret }, 'webhook_url', 'scheme'],
    [
      { ...rule, webhook_url: 'https://a:b@c.example/', webhook_secret: secret },
      'webhook_url',
      'credentials',
    ],
    [{ ...rule, webhook_url: 'https://[::1]/', webhook_secret: secret }, 'webhook_url', 'address'],
    [{ ...rule, webhook_url: 'https://0x7f.1/', webhook_secret: secret }, 'webhook_url', 'address'],
    [{ ...rule, webhook_url: 'nothing', webhook_secret: secret }, 'webhook_url', 'url'],
    [{ ...rule, webhook_url: 'https://hooks.example/' }, 'webhook_secret', 'required'],
  ])('refuses %j: %s %s', async (body, field, broken) => {
    expect(await send('POST', '', body)).toMatchObject({
      status: 400,
      body: { success: false, error: expect.any(String), errors: [{ field, rule: broken }] },
    });
  });

  it('names the place in a condition', async () => {
    const { body } = await send('POST', '', { ...rule, condition: 'price > 200 200' });
    expect(body).toMatchObject({ errors: [{ message: 'at position 12: was to end before "200"' }] });
  });

  it('refuses what is no JSON', async () => {
    expect(await send('POST', '', '{')).toMatchObject({ status: 400, body: { success: false } });
  });

  it('allows http to the hosts that an operator names', async () => {
    const id = await made({ webhook_url: 'http://hooks.internal/a', webhook_secret: secret });
    expect(await send('DELETE', `/${id}`)).toMatchObject({ status: 200, body: { data: { rule_id: id } } });
  });

  it('changes what is given and leaves the rest', async () => {
    const id = await made({ name: 'high', hysteresis: 2 });
    const changed = await send('PUT', `/${id}`, { enabled: false, name: null });
    expect(changed).toMatchObject({
      status: 200,
      body: { data: { enabled: false, name: null, hysteresis: 2, condition: 'price > 200' } },
    });
    expect(await send('PUT', `/${id}`, { interval: '1day' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'condition', rule: 'interval' }] },
    });
    const both = { interval: '1day', condition: 'close > 1' };
    expect(await send('PUT', `/${id}`, both)).toMatchObject({ status: 200, body: { data: both } });
    await send('DELETE', `/${id}`);
  });

  it('does not know a rule that was removed, or never was', async () => {
    const id = await made();
    await send('DELETE', `/${id}`);
    const never = '0f8fad5b-d9cb-469f-a165-70867728950e';
    for (const path of [`/${id}`, `/${never}`]) {
      expect(await send('GET', path)).toMatchObject({ status: 404, body: { success: false } });
      expect(await send('PUT', path, { enabled: true })).toMatchObject({ status: 404 });
      expect(await send('DELETE', path)).toMatchObject({ status: 404 });
    }
    expect(await send('GET', '/what')).toMatchObject({ status: 400 });
  });

  it('lists the rules page by page, and has only so many of a symbol', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push(await made({ symbol: 'MANY' }));
    expect(await send('POST', '', { ...rule, symbol: 'MANY' })).toMatchObject({
      status: 409,
      body: { success: false, errors: [{ field: 'symbol', rule: 'too_many' }] },
    });
    const first = await send('GET', '?symbol=many&limit=3');
    expect(first.body).toMatchObject({ count: 3 });
    const second = await send('GET', `?symbol=many&limit=3&cursor=${first.body.next_cursor}`);
    expect(second.body.next_cursor).toBeNull();
    expect([...first.body.data, ...second.body.data].map(({ rule_id }) => rule_id)).toEqual(ids);
  });

  it('has a history, by symbol, rule and time, page by page', async () => {
    const hooks = createAlertHooks({ calendarOf });
    const [one, two] = [await made({ symbol: 'HIST', kafka: true }), await made({ symbol: 'HISTORY' })];
    await db.database.transaction((tx) =>
      hooks.priceTicks(
        tx,
        [201, 199, 202, 199, 203].flatMap((price, index) => [
          { symbolNo: 1, symbol: 'HIST', price, timestamp: 1_000_000 * index },
          { symbolNo: 2, symbol: 'HISTORY', price: price + 100, timestamp: 1_000_000 * index },
        ]),
      ),
    );
    const all = await send('GET', '/history?symbol=hist');
    expect(all.body).toMatchObject({
      count: 3,
      next_cursor: null,
      data: [
        { rule_id: one, value: 203, at: 4_000_000, deliveries: [{ channel: 'kafka', status: 'pending' }] },
        { value: 202, at: 2_000_000 },
        { value: 201, at: 0, condition: 'price > 200', interval: 'tick' },
      ],
    });
    expect((await send('GET', `/history?rule_id=${two}`)).body).toMatchObject({
      count: 1,
      data: [{ value: 301, deliveries: [] }],
    });
    const between = await send('GET', '/history?symbol=hist&from=1000&to=1970-01-01T00:33:20Z');
    expect(between.body.data).toEqual(all.body.data.slice(1, 2));
    const first = await send('GET', '/history?symbol=hist&limit=2');
    const rest = await send('GET', `/history?symbol=hist&limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...rest.body.data]).toEqual(all.body.data);
    expect(await send('GET', '/history?cursor=what')).toMatchObject({ status: 400 });
  });
});

describe('where access is required', () => {
  it('the path of a webhook is shown to those alone who may change rules', async () => {
    const url = 'https://hooks.internal/services/T000/secret-path';
    const id = await made({ symbol: 'HOOK', webhook_url: url, webhook_secret: secret });
    const callers: Record<string, Principal> = {
      writer: LOCAL,
      reader: { ...LOCAL, scopes: new Set(['read']) },
      limited: { ...LOCAL, portfolios: new Set(['P1']) },
    };
    const required = new OpenAPIHono<ApiEnv>();
    const authenticate: Access['authenticate'] = async (token) => callers[token] ?? 'invalid';
    required.use(controlled({ ...openAccess([]), required: true, authenticate }));
    registerAlerts(required, { alerts });
    for (const path of ['/api/alerts?symbol=HOOK', `/api/alerts/${id}`])
      for (const [caller, shown] of [
        ['writer', url],
        ['reader', 'https://hooks.internal'],
        ['limited', 'https://hooks.internal'],
      ] as const) {
        const reply = await required.request(path, { headers: { Authorization: `Bearer ${caller}` } });
        const text = await reply.text();
        expect([caller, path, text.match(/"webhook_url":"([^"]*)"/)?.[1]]).toEqual([caller, path, shown]);
      }
  });
});
