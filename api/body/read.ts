/** Bodies of requests: their media type, their size, their text. */
import type { ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';

export type BodyKind = 'json' | 'ndjson';

const KINDS: Readonly<Record<string, BodyKind>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** The kind of the body, or a problem that names what is understood. */
export function bodyKind(c: ApiContext): BodyKind {
  const header = c.req.header('Content-Type');
  const [mediaType = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const kind = KINDS[mediaType];
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const encoding = c.req.header('Content-Encoding') ?? 'identity';
  if (kind === undefined)
    throw unsupported(`${header === undefined ? 'no Content-Type' : mediaType} is not understood`);
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    throw unsupported(`${charset} is not UTF-8`);
  if (encoding !== 'identity') throw unsupported(`Content-Encoding ${encoding} is not understood`);
  return kind;
}

function unsupported(what: string): Problem {
  return new Problem(
    'unsupported-media-type',
    `${what}; send application/json, or application/x-ndjson for one object a line`,
    { headers: { Accept: 'application/json, application/x-ndjson' } },
  );
}

/** The body's text as it arrives. Bytes that are not UTF-8 are a problem. */
export async function* bodyText(c: ApiContext): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stream: ReadableStream<Uint8Array> | null = c.req.raw.body;
  if (stream === null) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(brokenOff);
      const text = decode(decoder, value);
      if (text !== '') yield text;
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

/** A client that goes away while it sends is no failure of ours, and is not counted as one. */
function brokenOff(cause: unknown): never {
  throw new Problem('malformed-body', 'the body broke off before its end', { cause });
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw new Problem('malformed-body', 'the body is not UTF-8 text', { cause: error });
  }
}

/** The whole body, given up as soon as it proves longer than the limit. */
export async function limitedText(c: ApiContext, limitBytes: number): Promise<string> {
  const announced = Number(c.req.header('Content-Length') ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  let text = '';
  let bytes = 0;
  for await (const chunk of bodyText(c)) {
    bytes += Buffer.byteLength(chunk, 'utf8');
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    text += chunk;
  }
  return text;
}

function tooLarge(limitBytes: number): Problem {
  return new Problem(
    'body-too-large',
    `a body may have ${limitBytes} bytes; send more as application/x-ndjson, one object a line`,
  );
}
