import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  operationId?: string;
  responses: Record<string, Reply | { $ref: string }>;
}

interface Reply {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: object; example?: unknown }>;
}

interface Document {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, Reply> };
}

let api: TestApi;
let document: Document;
let operations: (readonly [name: string, operation: Operation])[];

beforeAll(async () => {
  api = await createTestApi();
  document = await bodyOf<Document>(api.get('/openapi.json'));
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
});
afterAll(() => api.close());

/** What stands at the reply, or where it refers to. */
function replyOf(reply: Reply | { $ref: string }): Reply {
  if (!('$ref' in reply)) return reply;
  return document.components.responses[reply.$ref.replace('#/components/responses/', '')]!;
}

// That nothing else is in it without being wanted shows in the generated client.
test('names every path of the contract', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(operations.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'delete /v1/rebuilds/{rebuild_id}',
      'get /health',
      'get /health/live',
      'get /health/ready',
      'get /metrics',
      'get /v1/events',
      'get /v1/generations',
      'get /v1/portfolios',
      'get /v1/portfolios/{portfolio_id}',
      'get /v1/portfolios/{portfolio_id}/cashflows',
      'get /v1/portfolios/{portfolio_id}/epochs',
      'get /v1/portfolios/{portfolio_id}/performance',
      'get /v1/portfolios/{portfolio_id}/positions',
      'get /v1/portfolios/{portfolio_id}/positions/{security_id}/history',
      'get /v1/portfolios/{portfolio_id}/positions/{security_id}/lots',
      'get /v1/portfolios/{portfolio_id}/positions/{security_id}/timeseries',
      'get /v1/portfolios/{portfolio_id}/restatements',
      'get /v1/portfolios/{portfolio_id}/timeseries',
      'get /v1/portfolios/{portfolio_id}/transactions',
      'get /v1/rebuilds',
      'get /v1/rebuilds/{rebuild_id}',
      'post /v1/business-dates',
      'post /v1/fx-rates',
      'post /v1/portfolios',
      'post /v1/portfolios/{portfolio_id}/close',
      'post /v1/prices',
      'post /v1/rebuilds',
      'post /v1/rebuilds/{rebuild_id}/approve',
      'post /v1/rollbacks',
      'post /v1/securities',
      'post /v1/splits',
      'post /v1/transactions',
      'post /v1/transactions/{transaction_id}/cancel',
      'post /v1/transactions/{transaction_id}/correct',
    ]),
  );
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  for (const [, kind, name] of references) expect(document.components).toHaveProperty([kind!, name!]);
});

test('every operation is described and has a name of its own, with tags that are described', () => {
  const tags = document.tags.map(({ name }) => name);
  for (const [name, operation] of operations) {
    expect([name, operation.summary]).toEqual([name, expect.stringMatching(/\w/)]);
    expect([name, operation.tags?.[0]]).toEqual([name, expect.toBeOneOf(tags)]);
    expect([name, operation.operationId]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z0-9]+$/)]);
  }
  for (const tag of document.tags) expect(tag).toHaveProperty('description', expect.stringMatching(/\w/));
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
});

test('every reply carries the id of its request', () => {
  for (const [name, { responses }] of operations)
    for (const [status, reply] of Object.entries(responses))
      expect([name, status, Object.keys(replyOf(reply).headers ?? {})]).toEqual([
        name,
        status,
        expect.arrayContaining(['X-Request-Id']),
      ]);
});

test('every parameter of a path is declared', () => {
  for (const [name, { parameters = [] }] of operations) {
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const declared = parameters
      .filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name);
    expect([name, declared.sort()]).toEqual([name, inPath.sort()]);
  }
});

test('every reply that is an error is a documented problem', () => {
  for (const [name, { responses }] of operations) {
    expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(['400', '500', '503'])]);
    for (const [status, reply] of Object.entries(responses)) {
      const { content = {} } = replyOf(reply);
      if (Number(status) < 400 || name.startsWith('get /health')) continue;
      expect([name, status, Object.keys(content)]).toEqual([name, status, ['application/problem+json']]);
    }
  }
});

test('whatever takes a body says what can be wrong with it', () => {
  const taking = operations.filter(([, { requestBody }]) => requestBody !== undefined);
  expect(taking.length).toBeGreaterThan(10);
  for (const [name, { responses }] of taking)
    expect([name, Object.keys(responses)]).toEqual([
      name,
      expect.arrayContaining(['400', '413', '415', '422']),
    ]);
});

test('commands have an example and take a stream', () => {
  const command = document.paths['/v1/transactions']?.['post'];
  expect(command?.requestBody?.content['application/json']?.example).toMatchObject({
    transaction_id: 'TXN_001',
  });
  expect(command?.requestBody?.content).toHaveProperty(['application/x-ndjson']);
  expect(Object.keys(command?.responses ?? {}).sort()).toEqual(
    ['200', '207', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503', '504'].sort(),
  );
});

test('an example of the document is accepted', async () => {
  const example =
    document.paths['/v1/portfolios']?.['post']?.requestBody?.content['application/json']?.example;
  expect((await api.post('/v1/portfolios', example)).status).toBe(200);
});

test('the page holds every operation and loads nothing', async () => {
  const reply = await api.get('/docs');
  expect(reply.headers.get('Content-Type')).toContain('text/html');
  const page = await reply.text();
  for (const [name] of operations) expect(page).toContain(`<code>${name.split(' ')[1]}</code>`);
  expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:\/\//);
});

test('the page tells of each operation who may call it, and can be pointed to', async () => {
  const page = await (await api.get('/docs')).text();
  const rebuild = document.paths['/v1/rebuilds']?.['post'];
  const from = page.indexOf(`<div id="${rebuild?.operationId}">`);
  expect(from).toBeGreaterThan(0);
  expect(page.slice(from, page.indexOf('</details>', from))).toContain('Scope <code>operate</code>.');
  for (const [, { operationId }] of operations) expect(page).toContain(`<a href="#${operationId}">`);
  const anchors = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !anchors.has(id))).toEqual([]);
});

test('the page reads as prose, with the members of objects within objects', async () => {
  const page = await (await api.get('/docs')).text();
  expect(page).not.toContain('**');
  expect(page).toContain('<strong>Access.</strong>');
  expect(page).toContain('<code>blocked_days[].reason</code>');
});

test('the policy of the page lets its own style through', async () => {
  const reply = await api.get('/docs');
  const style = /<style>([\s\S]*?)<\/style>/.exec(await reply.text())?.[1] ?? '';
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(style).digest('base64');
  expect(reply.headers.get('Content-Security-Policy')).toContain(`style-src 'sha256-${hash}'`);
  expect(reply.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
});
