import { beforeEach, expect, test } from 'vitest';
import { createChronofolioClient } from '../../client/client.ts';
import type { ChronofolioClient } from '../../client/client.ts';

/** What a server that answers everything with its version was asked, with the tag that was sent along. */
let asked: string[];
let version: number;
let client: ChronofolioClient;
beforeEach(() => {
  asked = [];
  version = 1;
  client = createChronofolioClient({
    baseUrl: 'http://chronofolio.test',
    keptReplies: 2,
    fetch: async (request) => {
      const tag = request.headers.get('If-None-Match');
      asked.push(`${request.method} ${new URL(request.url).pathname} ${tag ?? '-'}`);
      const etag = `"${version}"`;
      return tag === etag
        ? new Response(null, { status: 304, headers: { ETag: etag } })
        : new Response(JSON.stringify({ version }), {
            headers: { ETag: etag, 'Content-Type': 'application/json' },
          });
    },
  });
});

const read = async (portfolio_id: string): Promise<unknown> => {
  const { data } = await client.GET('/v1/portfolios/{portfolio_id}', { params: { path: { portfolio_id } } });
  return data;
};

test('what has not changed comes from the client, as often as it is asked for', async () => {
  expect([await read('A'), await read('A'), await read('A')]).toEqual(Array(3).fill({ version: 1 }));
  expect(asked).toEqual(['-', '"1"', '"1"'].map((tag) => `GET /v1/portfolios/A ${tag}`));
});

test('what has changed is the new', async () => {
  await read('A');
  version = 2;
  expect([await read('A'), await read('A')]).toEqual([{ version: 2 }, { version: 2 }]);
  expect(asked.at(-1)).toBe('GET /v1/portfolios/A "2"');
});

test('no more are kept than are wanted: the one asked for longest ago goes', async () => {
  for (const id of ['A', 'B', 'A', 'C', 'A', 'B']) await read(id);
  expect(asked.map((line) => line.replace('GET /v1/portfolios/', ''))).toEqual([
    ...['A -', 'B -', 'A "1"', 'C -', 'A "1"', 'B -'],
  ]);
});

test('a command is never kept', async () => {
  const body = { portfolio_id: 'A', base_currency: 'EUR' };
  for (let i = 0; i < 2; i++) await client.POST('/v1/portfolios', { body });
  expect(asked).toEqual(['POST /v1/portfolios -', 'POST /v1/portfolios -']);
});
