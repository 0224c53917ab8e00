/** Arrow and Parquet read back into what JSON has: every digit as text. */
import { DataType, tableFromIPC } from 'apache-arrow';
import type { Field, Vector } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { isoDate } from '../../domain/dates.ts';
import { format } from '../../domain/decimal.ts';

export interface ReadTable {
  readonly metadata: Readonly<Record<string, string>>;
  /** Types by column, in the order of the columns. */
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Record batches or row groups. */
  readonly pieces: number;
}

export function readArrow(bytes: Uint8Array): ReadTable {
  const table = tableFromIPC(bytes);
  const columns = table.schema.fields.map((field: Field, i) => {
    const vector = table.getChildAt(i)!;
    return [field.name, arrowValues(field, vector)] as const;
  });
  return {
    metadata: Object.fromEntries(table.schema.metadata),
    types: Object.fromEntries(table.schema.fields.map((field) => [field.name, String(field.type)])),
    rows: Array.from({ length: table.numRows }, (_, row) =>
      Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
    ),
    pieces: table.batches.length,
  };
}

function arrowValues({ type }: Field, vector: Vector): unknown[] {
  const values: unknown[] = [];
  for (const chunk of vector.data) {
    const { length, nullBitmap, nullCount } = chunk;
    const data: unknown = chunk.values;
    const bitmap: Uint8Array = nullBitmap;
    for (let row = 0; row < length; row++) {
      const missing = nullCount > 0 && ((bitmap[row >> 3] ?? 0) & (1 << (row & 7))) === 0;
      if (missing) values.push(null);
      else if (DataType.isDecimal(type) && data instanceof Uint32Array)
        values.push(decimalText(data.subarray(4 * row, 4 * row + 4)));
      else if (DataType.isDate(type) && data instanceof Int32Array) values.push(isoDate(data[row] ?? 0));
      else if (DataType.isTimestamp(type) && data instanceof BigInt64Array)
        values.push(instantText(data[row] ?? 0n));
      else values.push(plain(vector.get(values.length)));
    }
  }
  return values;
}

/** Four words of 32 bits, the lowest first, with 18 decimals. */
function decimalText(words: Uint32Array): string {
  const value = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return format({ coefficient: BigInt.asIntN(128, value), scale: 18 });
}

/** Of microseconds since 1970. */
function instantText(micros: bigint): string {
  const seconds = new Date(Number(micros / 1_000_000n) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value;
}

export async function readParquet(bytes: Uint8Array): Promise<ReadTable> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (!(file instanceof ArrayBuffer)) throw new TypeError('not a buffer of its own');
  const metadata = parquetMetadata(file);
  const columns = metadata.schema.slice(1);
  const types = Object.fromEntries(
    columns.map(({ name, type, logical_type: logical }) => [
      name,
      logical === undefined ? String(type) : JSON.stringify(logical),
    ]),
  );
  const kinds = new Map(columns.map(({ name, converted_type: converted }) => [name, converted]));
  // The reader makes floats of decimals and milliseconds of instants; without their types they stay what they are.
  const schema = metadata.schema.map(({ converted_type: converted, logical_type: _, ...element }) =>
    converted === 'UTF8' ? { ...element, converted_type: converted } : element,
  );
  const read: Record<string, unknown>[] = await parquetReadObjects({
    file,
    metadata: { ...metadata, schema },
    utf8: false,
  });
  return {
    metadata: Object.fromEntries(
      (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']),
    ),
    types,
    rows: read.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value === null ? null : ofKind(kinds.get(name), value),
        ]),
      ),
    ),
    pieces: metadata.row_groups.length,
  };
}

function ofKind(kind: string | undefined, value: unknown): unknown {
  if (kind === 'DECIMAL' && value instanceof Uint8Array) return bigEndian(value);
  if (kind === 'DATE' && typeof value === 'number') return isoDate(value);
  if (kind === 'TIMESTAMP_MICROS' && typeof value === 'bigint') return instantText(value);
  return plain(value);
}

function bigEndian(bytes: Uint8Array): string {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return format({ coefficient: BigInt.asIntN(128, value), scale: 18 });
}
