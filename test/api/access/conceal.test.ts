import { createHash } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { concealed } from '../../../api/access/conceal.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { LOCAL } from '../../../domain/access/principal.ts';

/** An API whose one reply is passed on to a principal of these portfolios. */
function serving(reply: () => Response, portfolios?: readonly string[]) {
  const api = new OpenAPIHono<ApiEnv>();
  api.get('/', (c) => {
    c.set('principal', portfolios === undefined ? LOCAL : { ...LOCAL, portfolios: new Set(portfolios) });
    return concealed(c, reply());
  });
  return api;
}

const HEAD = { ETag: '"17.books.json"', 'X-Chronofolio-Position': '17', 'Cache-Control': 'private' };
const body = 'what is shown';
const reply = () => new Response(body, { headers: HEAD });
const digest = `"${createHash('sha256').update(body).digest('base64url').slice(0, 24)}"`;

describe('a reply to a principal of some portfolios', () => {
  it('tells of no position and is tagged by what it holds', async () => {
    const seen = await serving(reply, ['P1']).request('/');
    expect([seen.status, await seen.text()]).toEqual([200, body]);
    expect(seen.headers.get('X-Chronofolio-Position')).toBeNull();
    expect(seen.headers.get('ETag')).toBe(digest);
    expect(seen.headers.get('Cache-Control')).toBe('private');
    const again = await serving(reply, ['P1']).request('/', { headers: { 'If-None-Match': digest } });
    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', digest]);
  });

  it('is whole and without a tag where it is long', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const long = () => {
      let left = 6;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(piece);
          else controller.close();
        },
      });
      return new Response(stream, { headers: HEAD });
    };
    const seen = await serving(long, []).request('/');
    expect(seen.headers.get('ETag')).toBeNull();
    expect((await seen.arrayBuffer()).byteLength).toBe(6 * piece.length);
  });

  it('that has no tag for others gets none', async () => {
    const untagged = () => new Response(body);
    const seen = await serving(untagged, []).request('/', { headers: { 'If-None-Match': '*' } });
    expect([seen.status, await seen.text(), seen.headers.get('ETag')]).toEqual([200, body, null]);
  });

  it('that is no success keeps what it says', async () => {
    const failed = () => new Response('no', { status: 404, headers: { 'Content-Type': 'text/plain' } });
    const seen = await serving(failed, []).request('/');
    expect([seen.status, await seen.text(), seen.headers.get('ETag')]).toEqual([404, 'no', null]);
  });
});

it('a reply to a principal of all is as it was made', async () => {
  const seen = await serving(reply).request('/');
  expect([seen.headers.get('ETag'), seen.headers.get('X-Chronofolio-Position')]).toEqual([HEAD.ETag, '17']);
});
