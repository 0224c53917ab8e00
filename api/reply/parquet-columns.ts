/** What a column is in Parquet, and its values as Parquet holds them. */
import type { SchemaElement } from 'hyparquet-writer';
import type { Column, ColumnKind } from './columns.ts';
import { daysOf, microsOf, PRECISION, SCALE, scaled, textOf } from './numbers.ts';
import type { Numbers } from './numbers.ts';

const DECIMAL_BYTES = 16;
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

export function elementOf(
  { name, kind }: Column,
  numbers: Numbers,
): SchemaElement & Required<Pick<SchemaElement, 'type'>> {
  return { name, repetition_type: 'OPTIONAL', ...physical(kind, numbers) };
}

function physical(kind: ColumnKind, numbers: Numbers) {
  switch (kind) {
    case 'boolean':
      return { type: 'BOOLEAN' } as const;
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } } as const;
    case 'decimal':
      if (numbers === 'float') return { type: 'DOUBLE' } as const;
      if (numbers === 'text') return TEXT;
      return {
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: DECIMAL_BYTES,
        converted_type: 'DECIMAL',
        logical_type: { type: 'DECIMAL', precision: PRECISION, scale: SCALE },
        precision: PRECISION,
        scale: SCALE,
      } as const;
    case 'instant':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      } as const;
    case 'integer':
      return { type: 'INT64', converted_type: 'INT_64' } as const;
    case 'json':
    case 'text':
      return TEXT;
    default:
      return kind satisfies never;
  }
}

/** Makes of a member of a row, which is there, what the writer takes. To be made anew for each row group. */
export function converterOf({ name, kind }: Column, numbers: Numbers): (value: unknown) => unknown {
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
      halves.setBigInt64(0, number >> 64n);
      halves.setBigUint64(8, BigInt.asUintN(64, number));
      // A copy of few bytes lies within the heap; asking one for its buffer would have it made outside.
      bytes = scratch.slice();
      made.set(text, bytes);
    }
    return bytes;
  };
}

const scratch = new Uint8Array(DECIMAL_BYTES);
const halves = new DataView(scratch.buffer);
