import { OpenAPIHono } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { openAccess } from '../../../api/access/access.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { registerTicks } from '../../../api/market/ticks.ts';
import { readTick } from '../../../projections/market/tick-rules.ts';
import type { TickResult } from '../../../projections/market/ticks.ts';

const NOW = Date.UTC(2025, 7, 22, 9, 30);
const tick = (price: unknown) => ({ ric: 'AAPL.O', price, timestamp: NOW });

/** Prices say what becomes of them: 1 is accepted, 2 late, 3 there already. */
async function take(items: readonly unknown[]): Promise<TickResult[]> {
  return items.map((item) => {
    const read = readTick(item, NOW);
    if (!read.ok) return { status: 'rejected', faults: read.faults };
    const whole = Number(read.tick.price / 100_000_000n);
    return { status: whole === 1 ? 'accepted' : whole === 2 ? 'late' : 'repeated' };
  });
}

async function post(body: string, type = 'application/json') {
  const api = new OpenAPIHono<ApiEnv>();
  api.use(controlled(openAccess([])));
  registerTicks(api, { take, bodyLimitBytes: 2_000, maxTicks: 5 });
  const response = await api.request('/api/ticks', {
    method: 'POST',
    body,
    headers: { 'Content-Type': type },
  });
  return { status: response.status, body: (await response.json()) as object };
}
const json = (value: unknown) => post(JSON.stringify(value));

describe('POST /api/ticks', () => {
  it('takes one', async () => {
    expect(await json(tick(1))).toEqual({
      status: 200,
      body: {
        success: true,
        data: { accepted: 1, stale: 0, repeated: 0, rejected: 0 },
        timestamp: expect.any(Number),
      },
    });
  });

  it('takes the good ones of an array and names the others', async () => {
    expect(await json([tick(1), tick(-1), tick(2), tick(3), 5])).toMatchObject({
      status: 200,
      body: {
        data: { accepted: 1, stale: 1, repeated: 1, rejected: 2 },
        errors: [
          { index: 1, field: 'price', rule: 'positive', message: expect.any(String) },
          { index: 4, field: '', rule: 'type' },
        ],
      },
    });
  });

  it('takes one a line, and a line that is no JSON is one of the others', async () => {
    const lines = [JSON.stringify(tick(1)), '', '{oops', JSON.stringify(tick(0)), JSON.stringify(tick(2))];
    expect(await post(lines.join('\r\n'), 'application/x-ndjson')).toMatchObject({
      status: 200,
      body: {
        data: { accepted: 1, stale: 1, rejected: 2 },
        errors: [
          { index: 1, rule: 'json' },
          { index: 2, rule: 'positive' },
        ],
      },
    });
  });

  it('rejects all bad ones', async () => {
    expect(await json([tick(0), {}])).toMatchObject({
      status: 422,
      body: {
        success: false,
        error: expect.stringContaining('price must be greater than zero'),
        data: { accepted: 0, rejected: 2 },
        errors: [{ index: 0 }, { index: 1 }, { index: 1 }, { index: 1 }],
      },
    });
    expect(await post('{oops', 'application/x-ndjson')).toMatchObject({ status: 422 });
  });

  it('does not read what is malformed, empty or too much', async () => {
    expect(await post('[{"ric":')).toMatchObject({
      status: 400,
      body: { success: false, error: 'malformed JSON at line 1, column 9' },
    });
    expect(await post('')).toMatchObject({ status: 400 });
    expect(await post('[]')).toMatchObject({ status: 400 });
    expect(await post('\n', 'application/x-ndjson')).toMatchObject({ status: 400 });
    expect(await json([1, 2, 3, 4, 5, 6].map(tick))).toMatchObject({ status: 413 });
    expect(await post(JSON.stringify({ ...tick(1), note: 'x'.repeat(2_000) }))).toMatchObject({
      status: 413,
      body: { success: false },
    });
  });
});
