/** Replies to those who may not know of all portfolios: nothing in them moves with what others do. */
import { createHash } from 'node:crypto';
import { isLimited } from '../../domain/access/principal.ts';
import type { ApiContext } from '../http/context.ts';
import { noneMatch } from '../reply/etag.ts';

/** Of a longer body no tag is made: it is sent on as it comes. */
const MOST_DIGESTED = 4 * 1024 * 1024;

const TOLD_OF_ALL = ['X-Chronofolio-Position', 'ETag'];

/**
 * Takes what tells of the whole log out of the head of a reply, whoever wrote it there, and tags it with a
 * digest of what it holds where it had a tag, so that the tag changes only with that.
 */
export async function concealed(c: ApiContext, reply: Response): Promise<Response> {
  if (!isLimited(c.get('principal'))) return reply;
  const headers = new Headers(reply.headers);
  for (const name of TOLD_OF_ALL) headers.delete(name);
  const { status } = reply;
  // What has no tag for others, such as health, has none here.
  const tagged = c.req.method === 'GET' && status === 200 && reply.body !== null && reply.headers.has('ETag');
  if (!tagged) return new Response(reply.body, { status, headers });
  const { body, digest } = await digested(reply.body);
  if (digest === undefined) return new Response(body, { status, headers });
  const etag = `"${digest}"`;
  headers.set('ETag', etag);
  if (!noneMatch(c.req.header('If-None-Match'), etag)) return new Response(body, { status, headers });
  headers.delete('Transfer-Encoding');
  return new Response(null, { status: 304, headers });
}

/** The whole body with its digest; a long one as a stream again, without. */
async function digested(
  stream: ReadableStream<Uint8Array>,
): Promise<{ body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>; digest?: string }> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size > MOST_DIGESTED) return { body: continued(chunks, reader) };
  }
  const body = Buffer.concat(chunks);
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 24);
  return { body, digest };
}

function continued(
  read: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  const before = read.values();
  return new ReadableStream({
    async pull(controller) {
      const next = before.next();
      const { value, done } = next.done ? await reader.read() : { value: next.value, done: false };
      if (value) controller.enqueue(value);
      if (done) controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
