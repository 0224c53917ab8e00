import { afterAll, beforeAll, expect, test } from 'vitest';
import { described } from '../../../api/docs/described.ts';
import { node, nodes, text } from '../../../api/docs/schema-view.ts';
import type { Node } from '../../../api/docs/schema-view.ts';
import { WORDS_OF_OPERATION } from '../../../api/docs/words-of-operation.ts';
import { WORDS } from '../../../api/docs/words.ts';
import { fraction, money, number } from '../../../api/reads/values.ts';
import type { TestApi } from '../../support/api.ts';
import { createStage, MARKET_NOW } from '../../contract/stage.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createStage();
});
afterAll(() => api.close());

/** Every member of every schema, as `Owner.member`. */
function membersIn(value: unknown, owner: string): (readonly [name: string, member: Node])[] {
  if (Array.isArray(value)) return value.flatMap((each) => membersIn(each, owner));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(node(value)).flatMap(([key, each]) => {
    if (['example', 'examples', 'default', 'enum', 'const'].includes(key)) return [];
    if (key !== 'properties') return membersIn(each, `${owner}/${key}`);
    return Object.entries(node(each)).flatMap(([name, member]) => [
      [`${owner}.${name}`, node(member)] as const,
      ...membersIn(member, `${owner}.${name}`),
    ]);
  });
}

test('every schema and every member of one says what it is, not only what it looks like', async () => {
  const document = node(await (await api.get('/openapi.json')).json());
  const types = new Set([money, number, fraction].map((schema) => schema.description));
  const isSaid = (member: Node) =>
    [member, ...nodes(member['anyOf'])].some(({ description }) => {
      const said = text(description);
      return said !== undefined && /\w/.test(said) && !types.has(said);
    });
  const members = membersIn(document, '');
  expect(members.length).toBeGreaterThan(1_000);
  expect(members.filter(([, member]) => !isSaid(member)).map(([name]) => name)).toEqual([]);
  const schemas = Object.entries(node(node(document['components'])['schemas']));
  expect(schemas.filter(([, schema]) => !text(node(schema)['description'])).map(([name]) => name)).toEqual(
    [],
  );
});

test('nothing is a reference and null at once, which no value is', async () => {
  // Half of a union that the generator of the document makes of `.nullable()` of a schema with a name.
  expect(await (await api.get('/openapi.json')).text()).not.toContain('"allOf"');
});

test('a tick is as it is taken: named by either name, null where there is nothing', async () => {
  const tick = {
    symbol: 'MSFT',
    price: 1,
    timestamp: MARKET_NOW,
    ric: null,
    volume: null,
    bid: null,
    ask: null,
  };
  expect((await api.post('/api/ticks', tick)).status).toBe(200);
  const document = node(await (await api.get('/openapi.json')).json());
  const schema = node(node(node(document['components'])['schemas'])['Tick']);
  expect(schema['required']).toEqual(['price', 'timestamp']);
  for (const name of ['ric', 'symbol', 'volume', 'bid', 'ask'])
    expect([name, JSON.stringify(node(schema['properties'])[name])]).toEqual([
      name,
      expect.stringContaining('"null"'),
    ]);
});

test('every operation says what it does in a sentence or more', async () => {
  const document = node(await (await api.get('/openapi.json')).json());
  const operations = Object.values(node(document['paths'])).flatMap((item) =>
    Object.values(node(item)).map(node),
  );
  expect(operations.length).toBeGreaterThan(80);
  expect(
    operations.filter(({ description }) => !text(description)).map((each) => each['operationId']),
  ).toEqual([]);
});

test('no word has two meanings', () => {
  expect(Object.keys(WORDS).filter((word) => Object.hasOwn(WORDS_OF_OPERATION, word))).toEqual([]);
});

test('what a member says of itself stays; what only tells its type stands behind its meaning', () => {
  const schemas = {
    Position: {
      type: 'object',
      properties: {
        quantity: { type: 'string', description: number.description },
        weight: { type: 'string', description: 'Of something else.' },
        currency: { type: 'string' },
        unheard_of: { type: 'string' },
      },
      example: { properties: { quantity: '1' } },
    },
  };
  expect(described({ components: { schemas } })).toEqual({
    components: {
      schemas: {
        Position: {
          ...schemas.Position,
          properties: {
            quantity: { type: 'string', description: `${WORDS['quantity']} A decimal number.` },
            weight: { type: 'string', description: 'Of something else.' },
            currency: { type: 'string', description: WORDS['Position.currency'] },
            unheard_of: { type: 'string' },
          },
        },
      },
    },
  });
});
