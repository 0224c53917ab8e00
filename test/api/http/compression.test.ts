import { brotliDecompressSync, gunzipSync, createGunzip } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { chosen, compression } from '../../../api/http/compression.ts';
import type { ApiEnv } from '../../../api/http/context.ts';

const TEXT = JSON.stringify(
  Array.from({ length: 200 }, (_, i) => ({ date: '2025-08-15', value: `${i}.00` })),
);

const app = new Hono<ApiEnv>();
app.use(compression());
app.get(
  '/json',
  () => new Response(TEXT, { headers: { ...JSON_HEADERS, 'Content-Length': String(TEXT.length) } }),
);
app.get('/small', () => new Response('{"a":1}', { headers: JSON_HEADERS }));
app.get(
  '/problem',
  () => new Response(TEXT, { status: 400, headers: { 'Content-Type': 'application/problem+json' } }),
);
app.get(
  '/unchanged',
  () => new Response(null, { status: 304, headers: { ETag: '"1.a.json"', Vary: 'Accept' } }),
);
app.get(
  '/parquet',
  () => new Response(TEXT, { headers: { 'Content-Type': 'application/vnd.apache.parquet' } }),
);
app.get('/broken', () => new Response(failing(), { headers: { 'Content-Type': 'text/csv' } }));
app.get(
  '/slow',
  () => new Response(slow.readable, { headers: { 'Content-Type': 'text/csv; charset=utf-8' } }),
);

const JSON_HEADERS = { 'Content-Type': 'application/json', ETag: '"1.a.json"', Vary: 'Accept' };
const slow = new TransformStream<Uint8Array, Uint8Array>();

function failing(): ReadableStream<Uint8Array> {
  let pieces = 0;
  return new ReadableStream({
    pull(controller) {
      if (++pieces > 3) controller.error(new Error('lost'));
      else controller.enqueue(new Uint8Array(2_000));
    },
  });
}

const asking = (path: string, encoding?: string, method = 'GET') =>
  app.request(path, { method, headers: encoding === undefined ? {} : { 'Accept-Encoding': encoding } });

describe('a reply', () => {
  test.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0.5, gzip', 'gzip', gunzipSync],
  ])('for %s comes in %s and is the same', async (accept, encoding, open) => {
    const reply = await asking('/json', accept);
    expect(reply.headers.get('Content-Encoding')).toBe(encoding);
    expect(reply.headers.get('Content-Length')).toBeNull();
    expect(reply.headers.get('Vary')).toBe('Accept, Accept-Encoding');
    expect(reply.headers.get('ETag')).toBe('W/"1.a.json"');
    const bytes = Buffer.from(await reply.arrayBuffer());
    expect(bytes.length).toBeLessThan(TEXT.length / 4);
    expect(open(bytes).toString()).toBe(TEXT);
  });

  test.each([undefined, 'identity', 'gzip;q=0', '*;q=0', 'zstd'])('for %s is plain', async (accept) => {
    const reply = await asking('/json', accept);
    expect(reply.headers.get('Content-Encoding')).toBeNull();
    expect(reply.headers.get('ETag')).toBe('"1.a.json"');
    expect(reply.headers.get('Vary')).toBe('Accept, Accept-Encoding');
    expect(await reply.text()).toBe(TEXT);
  });

  test('of a few bytes is not worth it', async () => {
    const reply = await asking('/small', 'gzip');
    expect(reply.headers.get('Content-Encoding')).toBeNull();
    expect(reply.headers.get('Vary')).toBe('Accept, Accept-Encoding');
    expect(await reply.text()).toBe('{"a":1}');
  });

  test('that is compressed by itself is left alone', async () => {
    const reply = await asking('/parquet', 'gzip');
    expect(reply.headers.get('Content-Encoding')).toBeNull();
    expect(reply.headers.get('Vary')).toBeNull();
    expect(await reply.text()).toBe(TEXT);
  });

  test('that is a problem is compressed with its status', async () => {
    const reply = await asking('/problem', 'gzip');
    expect(reply.status).toBe(400);
    expect(gunzipSync(await reply.arrayBuffer()).toString()).toBe(TEXT);
  });

  test('304 has the tag of the reply it stands for', async () => {
    expect((await asking('/unchanged', 'gzip')).headers.get('ETag')).toBe('W/"1.a.json"');
    expect((await asking('/unchanged')).headers.get('ETag')).toBe('"1.a.json"');
    expect((await asking('/unchanged', 'gzip')).headers.get('Vary')).toBe('Accept, Accept-Encoding');
  });

  test('to HEAD has no body to compress', async () => {
    const reply = await asking('/json', 'gzip', 'HEAD');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Encoding')).toBeNull();
  });

  test('that breaks is broken for its reader as well', async () => {
    const reply = await asking('/broken', 'gzip');
    expect(reply.headers.get('Content-Encoding')).toBe('gzip');
    await expect(reply.arrayBuffer()).rejects.toThrow('lost');
  });
});

test('pieces are sent as they come, and a client that leaves ends what makes them', async () => {
  const source = slow.writable.getWriter();
  const piece = Buffer.from('2025-08-15,1.00\n'.repeat(100));
  const first = source.write(piece);
  const reply = await asking('/slow', 'gzip');
  const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
  const gunzip = createGunzip();
  let text = '';
  gunzip.on('data', (data: Buffer) => (text += data.toString()));
  const arrived = async (length: number) => {
    while (text.length < length) {
      const { value } = await reader.read();
      await new Promise((resolve) => gunzip.write(value, resolve));
    }
  };
  await first;
  await arrived(piece.length);
  const second = source.write(piece);
  await arrived(2 * piece.length);
  await second;
  await reader.cancel();
  await expect(source.closed).rejects.toBeUndefined();
});

test('a client that likes plain text better gets it', () => {
  expect(chosen('identity, gzip;q=0.5')).toBeUndefined();
  expect(chosen('identity;q=0.5, gzip;q=0.5')).toBe('gzip');
  expect(chosen('*')).toBe('br');
  expect(chosen('br;q=0, *')).toBe('gzip');
  expect(chosen('')).toBeUndefined();
});
