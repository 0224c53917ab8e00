import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  epochMicros,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
} from '../../../infra/event-store/binary-array.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ empty: true, maxConnections: 1 });
});
afterAll(() => db.close());

const sent = async (type: string, array: Buffer): Promise<unknown> => {
  const [row] = await db.database.query<{ value: unknown }>(`select $1::${type}[] as value`, [array]);
  return row?.value;
};

it('the server reads what was written', async () => {
  const texts = ['', 'NULL', '"quoted", {braced} \\', 'line\nbreak', 'Zürich 漢字 🙂'];
  expect(await sent('text', textArray(texts))).toEqual(texts);
  expect(await sent('int2', int2Array([1, -32_768, 32_767]))).toEqual([1, -32_768, 32_767]);
  expect(await sent('int4', int4Array([0, -2_147_483_648]))).toEqual([0, -2_147_483_648]);
  expect(await sent('int8', int8Array([-1n, 9_007_199_254_740_991n]))).toEqual([-1, 9_007_199_254_740_991]);
  const documents = ['{"a":"\\u0000 \\"x\\""}', '[1.10,null]'];
  expect(await sent('json', textArray(documents, 'json'))).toEqual(
    documents.map((text): unknown => JSON.parse(text)),
  );
  for (const [type, empty] of [
    ['text', textArray([])],
    ['int4', int4Array([])],
    ['timestamptz', timestamptzArray([])],
  ] as const) {
    expect(await sent(type, empty)).toEqual([]);
  }
});

it('instants keep their microseconds, before and after the epoch', async () => {
  const instants = [
    '1987-10-19T14:30:00.000001Z',
    '2000-01-01T00:00:00.000000Z',
    '2025-08-15T10:00:00.999999Z',
  ];
  expect(await sent('timestamptz', timestamptzArray(instants.map(epochMicros)))).toEqual(instants);
  for (const bad of ['2025-08-15', '2025-08-15T10:00:00Z', '2025-13-01T00:00:00.000000Z', 'infinity']) {
    expect(() => epochMicros(bad)).toThrow(RangeError);
  }
});
