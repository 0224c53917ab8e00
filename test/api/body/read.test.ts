import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

/** A body whose sender goes away after its first bytes. */
function brokenOff(text: string): ReadableStream<Uint8Array> {
  const parts = [new TextEncoder().encode(text)].values();
  return new ReadableStream({
    pull(controller) {
      const { value } = parts.next();
      if (value) controller.enqueue(value);
      else controller.error(new Error('aborted'));
    },
  });
}

async function send(type: string, text: string): Promise<Response> {
  const headers = { 'Content-Type': type };
  const init = { method: 'POST', headers, body: brokenOff(text), duplex: 'half' } as const;
  return api.fetch(new Request('http://chronofolio.test/v1/portfolios', init));
}

test('a body that breaks off is the fault of its sender and no failure', async () => {
  const reply = await send('application/json', '{"portfolio_id":');
  expect([reply.status, await reply.json()]).toEqual([
    400,
    expect.objectContaining({
      type: 'urn:chronofolio:problem:malformed-body',
      detail: 'the body broke off before its end',
    }),
  ]);
  expect(api.failures).toEqual([]);
});

test('of a stream of lines that breaks off, the whole ones are recorded', async () => {
  const line = JSON.stringify({ portfolio_id: 'PORT_001', base_currency: 'EUR' });
  const reply = await send('application/x-ndjson', `${line}\n{"portfolio_id":`);
  expect([reply.status, await reply.json()]).toMatchObject([
    207,
    {
      results: [
        { id: 'PORT_001', status: 'accepted' },
        { status: 'rejected', error: { message: expect.stringContaining('broke off') } },
      ],
    },
  ]);
  expect(api.failures).toEqual([]);
});
