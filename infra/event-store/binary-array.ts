/**
 * PostgreSQL's binary form of one-dimensional arrays. Sent as a `Buffer`, it spares the escaping of
 * every quote in a JSON text on this side and its parsing on the other: a third of the cost of a batch.
 */

// Object identifiers of the element types; they are the same on every server.
const OID = { int2: 21, int4: 23, text: 25, int8: 20, json: 114, timestamptz: 1184 } as const;

const HEADER_BYTES = 20;

/** An array of texts, or with `'json'` of JSON texts. */
export function textArray(items: readonly string[], type: 'text' | 'json' = 'text'): Buffer {
  const lengths = items.map((item) => Buffer.byteLength(item));
  const buffer = allocate(OID[type], lengths);
  let at = HEADER_BYTES;
  items.forEach((item, index) => {
    at = buffer.writeInt32BE(lengths[index]!, at);
    at += buffer.write(item, at);
  });
  return buffer;
}

export function int2Array(items: readonly number[]): Buffer {
  return fixedArray(OID.int2, 2, items, (buffer, item, at) => buffer.writeInt16BE(item, at));
}

export function int4Array(items: readonly number[]): Buffer {
  return fixedArray(OID.int4, 4, items, (buffer, item, at) => buffer.writeInt32BE(item, at));
}

export function int8Array(items: readonly bigint[]): Buffer {
  return fixedArray(OID.int8, 8, items, (buffer, item, at) => buffer.writeBigInt64BE(item, at));
}

/** Instants as microseconds since 2000-01-01 UTC, see `epochMicros`. */
export function timestamptzArray(items: readonly bigint[]): Buffer {
  return fixedArray(OID.timestamptz, 8, items, (buffer, item, at) => buffer.writeBigInt64BE(item, at));
}

const MS_2000 = Date.UTC(2000, 0, 1);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/**
 * Microseconds from 2000-01-01 UTC, the server's epoch, to an `Instant`.
 * @throws RangeError for text that is no instant in the fixed-width form.
 */
export function epochMicros(instant: string): bigint {
  const ms = INSTANT.test(instant) ? Date.parse(`${instant.slice(0, 23)}Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${JSON.stringify(instant)}`);
  return BigInt(ms - MS_2000) * 1000n + BigInt(instant.slice(23, 26));
}

function fixedArray<T>(
  oid: number,
  width: number,
  items: readonly T[],
  write: (buffer: Buffer, item: T, at: number) => number,
): Buffer {
  const buffer = allocate(
    oid,
    items.map(() => width),
  );
  let at = HEADER_BYTES;
  for (const item of items) at = write(buffer, item, buffer.writeInt32BE(width, at));
  return buffer;
}

/** Dimensions, a null flag, the element type, then length and lower bound of the one dimension. */
function allocate(oid: number, lengths: readonly number[]): Buffer {
  if (lengths.length === 0) {
    const empty = Buffer.alloc(12);
    empty.writeInt32BE(oid, 8);
    return empty;
  }
  const buffer = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, HEADER_BYTES));
  [1, 0, oid, lengths.length, 1].forEach((field, index) => buffer.writeInt32BE(field, index * 4));
  return buffer;
}
