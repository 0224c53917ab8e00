import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, problemOf } from '../../support/api.ts';
import type { CommandReply, TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/securities', { security_id: 'SEC_AAPL', currency: 'USD' });
});
afterAll(() => api.close());

describe('a stream of lines', () => {
  const NDJSON = { 'Content-Type': 'application/x-ndjson' };

  test('goes on after lines that cannot be read', async () => {
    const lines = [
      '{"security_id":"SEC_AAPL","date":"2025-02-03","price":1}',
      '{"security_id":',
      '',
      '{"security_id":"SEC_AAPL","date":"2025-02-04","price":"2"}\r',
    ];
    const reply = await api.post('/v1/prices', lines.join('\n'), NDJSON);
    expect(reply.status).toBe(207);
    const { results } = await bodyOf<CommandReply>(reply);
    expect(results.map((result) => result.status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(results[1]?.error?.errors[0]).toMatchObject({
      rule: 'json',
      message: expect.stringContaining('line 2'),
    });
  });

  test('is worked on as it arrives, in any pieces', async () => {
    const lines = Array.from(
      { length: 700 },
      (_, i) => `{"security_id":"SEC_STREAM","date":"2025-01-01","price":${i + 1},"currency":"EUR"}\n`,
    ).join('');
    const bytes = new TextEncoder().encode(lines);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, (at += 997)));
      },
    });
    const reply = await api.request('/v1/prices', { method: 'POST', headers: NDJSON, body, duplex: 'half' });
    expect(reply.status).toBe(200);
    expect((await bodyOf<CommandReply>(reply)).results).toHaveLength(700);
  });

  test('may be of any length, up to the bound of its lines', async () => {
    const small = await createTestApi({
      config: {
        bodyLimitBytes: 100,
        streamMaxRows: 3,
        projectionTimeoutMs: 1_000,
        corsOrigins: [],
      },
    });
    try {
      const dates = ['01', '02', '03', '04', '05'].map((d) => `{"date":"2025-01-${d}"}`);
      const reply = await small.post('/v1/business-dates', dates.join('\n'), NDJSON);
      expect(reply.status).toBe(207);
      const { results } = await bodyOf<CommandReply>(reply);
      expect(results).toHaveLength(4);
      expect(results[3]?.error?.errors[0]).toMatchObject({
        rule: 'too_many',
        message: expect.stringContaining('line 4'),
      });
    } finally {
      await small.close();
    }
  });
});

describe('a body that cannot be read', () => {
  test.each([
    ['{"portfolio_id": "P",}', 1, 22],
    ['{\n  "portfolio_id": P\n}', 2, 19],
    ['{"portfolio_id": "P"', 1, 21],
    ['', 1, 1],
    ['[{"a":1} {"b":2}]', 1, 10],
  ])('malformed JSON %j names its place', async (text, line, column) => {
    const reply = await api.post('/v1/portfolios', text);
    expect(reply.status).toBe(400);
    const { errors, type } = await problemOf(reply);
    expect(type).toBe('urn:chronofolio:problem:malformed-body');
    expect(errors).toEqual([
      { field: '', rule: 'json', message: `malformed JSON at line ${line}, column ${column}` },
    ]);
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=UTF-8', 422],
  ])('content type %s', async (type, status) => {
    const reply = await api.post('/v1/portfolios', '{}', { 'Content-Type': type });
    expect(reply.status).toBe(status);
    await problemOf(reply);
  });

  test('bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const headers = { 'Content-Type': 'application/json' };
    const reply = await api.request('/v1/portfolios', { method: 'POST', headers, body });
    expect(reply.status).toBe(400);
    expect((await problemOf(reply)).detail).toContain('UTF-8');
  });

  test('a body over the limit, announced or not', async () => {
    const text = `"${'x'.repeat(11 * 1024 * 1024)}"`;
    const announced = await api.post('/v1/portfolios', text, { 'Content-Length': String(text.length) });
    expect(announced.status).toBe(413);
    const reply = await api.post('/v1/portfolios', text);
    expect(reply.status).toBe(413);
    expect((await problemOf(reply)).detail).toContain('10485760');
  });
});
