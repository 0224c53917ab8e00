/** Compresses replies that are text for clients that take it, piece by piece as they are made. */
import { pipeline, Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './context.ts';

/** Below it a reply would gain less than its headers take. */
const MIN_BYTES = 1_024;

/**
 * Fast levels: the last tenth of the size would cost more time than the rest. Every piece is flushed, so that a
 * client sees rows as they come.
 */
const COMPRESSORS = {
  br: () =>
    createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    }),
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH, level: 2 }),
} as const satisfies Record<string, () => BrotliCompress | Gzip>;
type Encoding = keyof typeof COMPRESSORS;

const COMPRESSIBLE =
  /^(?:text\/|image\/svg\+xml|application\/(?:json|x-ndjson|javascript|[\w.-]+\+json)(?:;|$))/i;

export function compression(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    const { headers, status, body } = c.res;
    const unchanged = status === 304;
    if (!unchanged && !COMPRESSIBLE.test(headers.get('Content-Type') ?? '')) return;
    addVary(headers);
    const encoding = chosen(c.req.header('Accept-Encoding'));
    if (encoding === undefined || headers.has('Content-Encoding')) return;
    if (unchanged) {
      // As the reply that it stands for.
      weaken(headers);
      return;
    }
    if (!body || c.req.method === 'HEAD') return;
    const reader = body.getReader();
    const { pieces, bytes } = await beginningOf(reader);
    if (bytes < MIN_BYTES) {
      c.res = new Response(Buffer.concat(pieces), c.res);
      return;
    }
    c.res = new Response(compressed(pieces, reader, COMPRESSORS[encoding]()), c.res);
    c.res.headers.delete('Content-Length');
    c.res.headers.set('Content-Encoding', encoding);
    weaken(c.res.headers);
  };
}

/** The same content in other bytes is the same to those who compare weakly, which is all that reads do. */
function weaken(headers: Headers): void {
  const etag = headers.get('ETag');
  if (etag?.startsWith('"')) headers.set('ETag', `W/${etag}`);
}

function addVary(headers: Headers): void {
  const vary = headers.get('Vary');
  if (vary === '*' || /(?:^|,)\s*accept-encoding\s*(?:,|$)/i.test(vary ?? '')) return;
  headers.append('Vary', 'Accept-Encoding');
}

/** The one the client likes best, ours of those it likes as much; none where it likes plain text better. */
export function chosen(accept: string | undefined): Encoding | undefined {
  if (accept === undefined) return undefined;
  const weights = new Map(accept.split(',').map(weighted));
  const others = weights.get('*') ?? 0;
  const weightOf = (name: string) => weights.get(name) ?? others;
  const plain = weights.get('identity') ?? 0;
  const [best] = (['br', 'gzip'] as const)
    .filter((name) => weightOf(name) > 0 && weightOf(name) >= plain)
    .sort((one, other) => weightOf(other) - weightOf(one));
  return best;
}

function weighted(part: string): [name: string, weight: number] {
  const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return [name, Number.isFinite(weight) ? weight : 0];
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** As many pieces as show whether there is enough to compress, or all there are. */
async function beginningOf(reader: Reader): Promise<{ pieces: Uint8Array[]; bytes: number }> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < MIN_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
  }
  return { pieces, bytes };
}

function compressed(
  beginning: readonly Uint8Array[],
  reader: Reader,
  compressor: BrotliCompress | Gzip,
): ReadableStream<Uint8Array> {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* beginning;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  }
  // What fails on the way destroys the compressor, whose reader is told below.
  pipeline(Readable.from(whole(), { objectMode: false, highWaterMark: 1 }), compressor, () => undefined);
  const output: AsyncIterator<Uint8Array> = compressor[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await output.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel(reason) {
      compressor.destroy();
      await reader.cancel(reason);
    },
  });
}
