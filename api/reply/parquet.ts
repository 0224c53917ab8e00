/** Rows as Parquet: a row group whenever enough of them have come, the footer at the end. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { Column, ColumnKind } from './columns.ts';
import { member, metadataOf, NOTHING } from './encoder.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';
import { daysOf, microsOf, PRECISION, SCALE, scaled, textOf } from './numbers.ts';
import type { Numbers } from './numbers.ts';

/**
 * Rows of a group: what a reader skips or takes as a whole, and what is held here until it is full. Readers would
 * like more; but making one holds up everybody else's replies.
 */
const GROUP_ROWS = 10_000;
const DECIMAL_BYTES = 16;

/** A writer whose bytes are taken whenever a group is written; its offsets go on counting. */
class Outlet extends ByteWriter {
  take(): Uint8Array {
    const taken = this.getBytes().slice();
    this.index = 0;
    return taken;
  }
}

export function parquetEncoder({ columns, head, numbers }: EncoderOptions): RowEncoder {
  const outlet = new Outlet();
  const schema = [
    { name: 'root', num_children: columns.length },
    ...columns.map((column) => elementOf(column, numbers)),
  ];
  const writer = new ParquetWriter({
    writer: outlet,
    schema: schema.map(asBytes),
    kvMetadata: metadataOf(head).map(([key, value]) => ({ key, value })),
    createdBy: 'chronofolio',
  });
  let waiting: object[] = [];

  function writeGroup(): void {
    const columnData = columns.map((column) => dataOf(column, waiting, numbers));
    // It would give a promise only if our writer's flush did.
    void writer.write({ columnData, rowGroupSize: waiting.length });
    waiting = [];
  }

  return {
    start: () => outlet.take(),
    rows(rows) {
      waiting = waiting.length === 0 ? [...rows] : waiting.concat(rows);
      if (waiting.length < GROUP_ROWS) return NOTHING;
      writeGroup();
      return outlet.take();
    },
    end() {
      if (waiting.length > 0) writeGroup();
      writer.schema = schema;
      void writer.finish();
      return outlet.take();
    },
  };
}

/**
 * Decimals come to the writer as the bytes they are, because its own way to make them takes longer than all the
 * rest; what they are is said in the footer.
 */
function asBytes({
  converted_type: converted,
  logical_type: logical,
  ...element
}: SchemaElement): SchemaElement {
  if (converted === 'DECIMAL') return element;
  return {
    ...element,
    ...(converted === undefined ? {} : { converted_type: converted }),
    ...(logical === undefined ? {} : { logical_type: logical }),
  };
}

function elementOf({ name, kind }: Column, numbers: Numbers): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...physical(kind, numbers) };
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

function physical(kind: ColumnKind, numbers: Numbers): Omit<SchemaElement, 'name'> {
  switch (kind) {
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'decimal':
      if (numbers === 'float') return { type: 'DOUBLE' };
      if (numbers === 'text') return TEXT;
      return {
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: DECIMAL_BYTES,
        converted_type: 'DECIMAL',
        logical_type: { type: 'DECIMAL', precision: PRECISION, scale: SCALE },
        precision: PRECISION,
        scale: SCALE,
      };
    case 'instant':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    case 'integer':
      return { type: 'INT64', converted_type: 'INT_64' };
    case 'json':
    case 'text':
      return TEXT;
    default:
      return kind satisfies never;
  }
}

function dataOf({ name, kind }: Column, rows: readonly object[], numbers: Numbers): ColumnSource {
  const convert = converterOf(name, kind, numbers);
  const data = rows.map((row) => {
    const value = member(row, name);
    return value === null ? null : convert(value);
  });
  // Where a reader may skip groups by it; of amounts it would cost more than writing them.
  const statistics = kind !== 'decimal' && kind !== 'json';
  return { name, data, statistics };
}

function converterOf(name: string, kind: ColumnKind, numbers: Numbers): (value: unknown) => unknown {
  switch (kind) {
    case 'boolean':
      return (value) => value;
    case 'date':
      return (value) => daysOf(textOf(value));
    case 'decimal':
      if (numbers === 'float') return Number;
      return numbers === 'text' ? textOf : bytesOf(name);
    case 'instant':
      return (value) => microsOf(textOf(value));
    case 'integer':
      return (value) => BigInt(textOf(value));
    case 'json':
    case 'text':
      return textOf;
    default:
      return kind satisfies never;
  }
}

/** Two's complement, the highest byte first; equal texts give the same bytes. */
function bytesOf(column: string): (value: unknown) => Uint8Array {
  const made = new Map<string, Uint8Array>();
  return (value) => {
    const text = textOf(value);
    let bytes = made.get(text);
    if (!bytes) {
      const number = scaled(text, column);
      bytes = new Uint8Array(DECIMAL_BYTES);
      const view = new DataView(bytes.buffer);
      view.setBigInt64(0, number >> 64n);
      view.setBigUint64(8, BigInt.asUintN(64, number));
      made.set(text, bytes);
    }
    return bytes;
  };
}
