/**
 * The examples of the document are true: those of commands are accepted, and those of replies are what the
 * API replied to the examples of parameters. `npm run client` records them anew.
 */
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { addressOf, recorded } from './recorder.ts';
import type { Known, Operation } from './recorder.ts';
import { createStage, givenStage } from './stage.ts';

const FILE = fileURLToPath(new URL('../../api/docs/recorded.ts', import.meta.url));
const HEAD =
  '/** Replies of the API to the examples of its document, recorded by test/contract/examples.test.ts. */';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let api: TestApi;
let document: Document;
let known: Known;
beforeAll(async () => {
  api = await createStage();
  await givenStage(api);
  document = await bodyOf<Document>(api.get('/openapi.json'));
  known = {
    rebuild_id: (await bodyOf<{ rebuild_id: string }>(api.post('/v1/rebuilds', { approve: true })))
      .rebuild_id,
    rule_id: (
      await bodyOf<{ data: { rule_id: string } }>(
        api.post('/api/alerts', { symbol: 'AAPL', condition: 'price > 200', hysteresis: 1 }),
      )
    ).data.rule_id,
  };
  await api.jobs.idle();
});
afterAll(() => api.close());

/** In an order in which each finds what it names. */
const COMMANDS = [
  ...['portfolios', 'securities', 'fx-rates', 'prices', 'series', 'series-values', 'benchmarks', 'groups'],
  ...['splits', 'transactions', 'transactions/{transaction_id}/correct'],
  ...['transactions/{transaction_id}/cancel', 'business-dates', 'portfolios/{portfolio_id}/close'],
];

test('commands are accepted', async () => {
  const fresh = await createStage();
  await fresh.given('/v1/portfolios', { portfolio_id: 'PORT_002', base_currency: 'USD' });
  await fresh.given('/v1/securities', { security_id: 'SEC_WORLD', currency: 'USD', type: 'fund' });
  for (const name of COMMANDS) {
    const path = `/v1/${name}`;
    const operation = document.paths[path]?.['post'];
    const body = operation?.requestBody?.content['application/json']?.example;
    const address = addressOf(path, operation!, { transaction_id: 'TXN_001', portfolio_id: 'PORT_001' });
    const reply = await fresh.post(address, body);
    expect([path, reply.status, await reply.json()]).toMatchObject([
      path,
      200,
      { results: [{ status: 'accepted' }] },
    ]);
  }
  await fresh.close();
});

test('every command has an example', () => {
  const bodies = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { requestBody }]) =>
      requestBody ? [[`${method} ${path}`, requestBody.content['application/json']?.example]] : [],
    ),
  );
  expect(bodies.length).toBeGreaterThan(20);
  expect(bodies.filter(([, example]) => example === undefined)).toEqual([]);
});

test('replies are those of the API', async () => {
  const examples: [name: string, reply: unknown][] = [];
  const refused: unknown[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    const operation = item['get'];
    if (!operation || !('application/json' in (operation.responses['200']?.content ?? {}))) continue;
    const address = addressOf(path, operation, known);
    const { status, reply } = await recorded(api, address);
    if (status === 200) examples.push([operation.operationId, reply]);
    else refused.push({ address, status, reply });
  }
  expect(refused).toEqual([]);
  expect(examples.length).toBeGreaterThan(50);
  examples.sort(([a], [b]) => (a < b ? -1 : 1));
  const source = `${HEAD}
export const RECORDED: Readonly<Record<string, unknown>> = ${JSON.stringify(Object.fromEntries(examples))};`;
  const config = await resolveConfig(FILE);
  await expect(await format(source, { ...config, parser: 'typescript' })).toMatchFileSnapshot(FILE);
});
