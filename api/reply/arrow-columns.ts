/** A column of a record batch from the values of its rows. */
import { Bool, DateDay, Decimal, Float64, Int64, makeData, TimestampMicrosecond, Utf8 } from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import type { Column, ColumnKind } from './columns.ts';
import { daysOf, microsOf, PRECISION, SCALE, scaled, textOf } from './numbers.ts';
import type { Numbers } from './numbers.ts';

export function arrowType(kind: ColumnKind, numbers: Numbers): DataType {
  switch (kind) {
    case 'boolean':
      return new Bool();
    case 'date':
      return new DateDay();
    case 'decimal':
      return numbers === 'decimal'
        ? new Decimal(SCALE, PRECISION, 128)
        : numbers === 'float'
          ? new Float64()
          : new Utf8();
    case 'instant':
      return new TimestampMicrosecond('UTC');
    case 'integer':
      return new Int64();
    case 'json':
    case 'text':
      return new Utf8();
    default:
      return kind satisfies never;
  }
}

export function arrowColumn(
  values: readonly unknown[],
  { name, kind, numbers }: Column & { readonly numbers: Numbers },
): Data {
  const shared = { length: values.length, ...validity(values) };
  switch (kind) {
    case 'boolean': {
      const data = bits(values, (value) => value === true);
      return makeData({ type: new Bool(), ...shared, data });
    }
    case 'date': {
      const data = filled(new Int32Array(values.length), values, (value) => daysOf(textOf(value)));
      return makeData({ type: new DateDay(), ...shared, data });
    }
    case 'decimal':
      if (numbers === 'float') {
        const data = filled(new Float64Array(values.length), values, Number);
        return makeData({ type: new Float64(), ...shared, data });
      }
      if (numbers === 'text') return textColumn(values, shared);
      return makeData({ type: new Decimal(SCALE, PRECISION, 128), ...shared, data: decimals(values, name) });
    case 'instant': {
      const data = filled(new BigInt64Array(values.length), values, (value) => microsOf(textOf(value)));
      return makeData({ type: new TimestampMicrosecond('UTC'), ...shared, data });
    }
    case 'integer': {
      const data = filled(new BigInt64Array(values.length), values, (value) => BigInt(textOf(value)));
      return makeData({ type: new Int64(), ...shared, data });
    }
    case 'json':
    case 'text':
      return textColumn(values, shared);
    default:
      return kind satisfies never;
  }
}

interface Shared {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

/** A bit for each value that is there; none at all where every one is. */
function validity(values: readonly unknown[]): Omit<Shared, 'length'> {
  const nullCount = values.reduce((count: number, value) => (value === null ? count + 1 : count), 0);
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bits(values, (value) => value !== null) };
}

function bits(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const bytes = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, i) => {
    if (isSet(value)) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bytes;
}

function filled<Element, T extends { [index: number]: Element }>(
  data: T,
  values: readonly unknown[],
  convert: (value: unknown) => Element,
): T {
  values.forEach((value, i) => {
    if (value !== null) data[i] = convert(value);
  });
  return data;
}

function textColumn(values: readonly unknown[], shared: Shared): Data<Utf8> {
  const texts = values.map((value) => (value === null ? '' : textOf(value)));
  const joined = texts.join('');
  const data = Buffer.from(joined, 'utf8');
  const ascii = data.length === joined.length;
  const valueOffsets = new Int32Array(values.length + 1);
  let end = 0;
  texts.forEach((text, i) => {
    end += ascii ? text.length : Buffer.byteLength(text, 'utf8');
    valueOffsets[i + 1] = end;
  });
  return makeData({ type: new Utf8(), ...shared, valueOffsets, data });
}

/** Two's complement of 128 bits, the lower half first. */
function decimals(values: readonly unknown[], column: string): Uint32Array {
  const halves = new BigInt64Array(values.length * 2);
  let [text, low, high] = ['0', 0n, 0n];
  values.forEach((value, i) => {
    if (value === null) return;
    const next = textOf(value);
    // A day's row repeats most of the values of the row before it.
    if (next !== text) {
      const number = scaled(next, column);
      [text, low, high] = [next, BigInt.asIntN(64, number), number >> 64n];
    }
    halves[2 * i] = low;
    halves[2 * i + 1] = high;
  });
  return new Uint32Array(halves.buffer);
}
