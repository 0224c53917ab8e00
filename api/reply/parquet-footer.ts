/**
 * The footer of a Parquet file, which says where its columns are: the structs of parquet.thrift, fields by their
 * numbers there. A row group becomes bytes as soon as it is written, because a file may have thousands of them.
 */
import { ByteWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet-writer';
import type { writeColumn } from 'hyparquet-writer/src/column.js';
import { logicalType } from 'hyparquet-writer/src/metadata.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import { unconvertStatistics } from 'hyparquet-writer/src/unconvert.js';

export type Chunk = ReturnType<typeof writeColumn>['chunk'];

const TYPES = { BOOLEAN: 0, INT32: 1, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6, FIXED_LEN_BYTE_ARRAY: 7 };
const CONVERTED_TYPES = { UTF8: 0, DECIMAL: 5, DATE: 6, TIMESTAMP_MICROS: 10, INT_64: 18 };
const ENCODINGS = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 };
const OPTIONAL = 1;
const SNAPPY = 1;
const FORMAT_VERSION = 2;

/** A field of type list whose number is one more than that of the field before it. */
const NEXT_FIELD_LIST = 0x19;
const STRUCT = 12;

export interface Footer {
  /** Of a row group: a chunk for each column. */
  add(chunks: readonly Chunk[], rows: number, bytes: number): void;
  whole(): Uint8Array;
}

export function createFooter(
  elements: readonly SchemaElement[],
  metadata: readonly (readonly [key: string, value: string])[],
): Footer {
  const groups = new ByteWriter();
  let groupCount = 0;
  let rowCount = 0;
  return {
    add(chunks, rows, bytes) {
      serializeTCompactProtocol(groups, {
        field_1: chunks.map((chunk, i) => chunkFields(chunk, elements[i]!)),
        field_2: chunks.reduce((sum, { meta_data: data }) => sum + (data?.total_uncompressed_size ?? 0n), 0n),
        field_3: BigInt(rows),
        field_6: BigInt(bytes),
      });
      groupCount++;
      rowCount += rows;
    },
    whole() {
      const before = serialized({
        field_1: FORMAT_VERSION,
        field_2: [{ field_4: 'root', field_5: elements.length }, ...elements.map(elementFields)],
        field_3: BigInt(rowCount),
      });
      // Numbers of fields are written as differences: after field 4 these are 5, 6 and 7.
      const after = serialized({
        field_1: metadata.map(([key, value]) => ({ field_1: key, field_2: value })),
        field_2: 'chronofolio',
        field_3: elements.map(() => ({ field_1: {} })),
      });
      const footer = new ByteWriter();
      // Without the mark of its end, since the struct goes on.
      footer.appendBytes(before.subarray(0, -1));
      footer.appendUint8(NEXT_FIELD_LIST);
      footer.appendUint8((15 << 4) | STRUCT);
      footer.appendVarInt(groupCount);
      footer.appendBytes(groups.getBytes());
      footer.appendBytes(after);
      footer.appendUint32(footer.offset);
      return footer.getBytes();
    },
  };
}

function serialized(struct: Parameters<typeof serializeTCompactProtocol>[1]): Uint8Array {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, struct);
  return writer.getBytes();
}

function elementFields(element: SchemaElement): object {
  return {
    field_1: numberOf(TYPES, element.type),
    field_2: element.type_length,
    field_3: OPTIONAL,
    field_4: element.name,
    field_6: element.converted_type && numberOf(CONVERTED_TYPES, element.converted_type),
    field_7: element.scale,
    field_8: element.precision,
    field_10: logicalType(element.logical_type),
  };
}

function chunkFields({ file_offset: offset, meta_data: data }: Chunk, element: SchemaElement): object {
  if (!data) throw new TypeError(`nothing is known of column ${element.name}`);
  return {
    field_2: offset,
    field_3: {
      field_1: numberOf(TYPES, data.type),
      field_2: data.encodings.map((encoding) => numberOf(ENCODINGS, encoding)),
      field_3: data.path_in_schema,
      field_4: SNAPPY,
      field_5: data.num_values,
      field_6: data.total_uncompressed_size,
      field_7: data.total_compressed_size,
      field_9: data.data_page_offset,
      field_11: data.dictionary_page_offset,
      field_12: data.statistics && unconvertStatistics(data.statistics, element),
    },
  };
}

function numberOf(numbers: Readonly<Record<string, number>>, name: string | undefined): number {
  const number = numbers[name ?? ''];
  if (number === undefined) throw new TypeError(`Parquet's ${name} is not one that is written here`);
  return number;
}
