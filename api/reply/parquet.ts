/** Rows as Parquet: a row group whenever enough of them have come, the footer at the end. */
import { ByteWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet-writer';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { member, metadataOf, NOTHING } from './encoder.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';
import { converterOf, elementOf } from './parquet-columns.ts';
import { createFooter } from './parquet-footer.ts';
import type { Chunk } from './parquet-footer.ts';

/**
 * Rows of a group: what a reader skips or takes as a whole, and what is held here until it is full. Readers would
 * like more; but one column of it is what holds up everybody else's replies.
 */
const GROUP_ROWS = 10_000;
const PAGE_BYTES = 1 << 20;
const MAGIC = new TextEncoder().encode('PAR1');

/** A writer whose bytes are taken whenever a column is written; its offsets go on counting. */
class Outlet extends ByteWriter {
  take(): Uint8Array {
    const taken = this.getBytes().slice();
    this.index = 0;
    return taken;
  }
}

export function parquetEncoder({ columns, head, numbers }: EncoderOptions): RowEncoder {
  const outlet = new Outlet();
  const elements = columns.map((column) => elementOf(column, numbers));
  const footer = createFooter(elements, metadataOf(head));
  const emptyGroup = () =>
    columns.map((column) => ({ convert: converterOf(column, numbers), values: [] as unknown[] }));
  let group = emptyGroup();
  let waiting = 0;

  function* written(): Generator<Uint8Array, void> {
    const start = outlet.offset;
    const chunks: Chunk[] = [];
    for (const [i, { values }] of group.entries()) {
      const { name, kind } = columns[i]!;
      // Where a reader may skip groups by it; of amounts it would cost more than writing them.
      const stats = kind !== 'decimal' && kind !== 'json';
      chunks.push(chunkOf(outlet, elements[i]!, name, values, stats));
      yield outlet.take();
    }
    footer.add(chunks, waiting, outlet.offset - start);
    group = emptyGroup();
    waiting = 0;
  }

  return {
    start() {
      outlet.appendBytes(MAGIC);
      return outlet.take();
    },
    // Values are made at once, so that one that cannot be held is known before anything is sent.
    *rows(rows) {
      for (const [i, { convert, values }] of group.entries()) {
        const { name } = columns[i]!;
        for (const row of rows) {
          const value = member(row, name);
          values.push(value === null ? null : convert(value));
        }
        yield NOTHING;
      }
      waiting += rows.length;
      if (waiting >= GROUP_ROWS) yield* written();
    },
    *end() {
      if (waiting > 0) yield* written();
      outlet.appendBytes(footer.whole());
      outlet.appendBytes(MAGIC);
      yield outlet.take();
    },
  };
}

type Element = ReturnType<typeof elementOf>;

function chunkOf(
  writer: ByteWriter,
  element: Element,
  name: string,
  values: unknown[],
  stats: boolean,
): Chunk {
  const physical = asBytes(element);
  const column = {
    columnName: name,
    element: physical,
    schemaPath: [{ name: 'root' }, physical],
    codec: 'SNAPPY' as const,
    compressors: { SNAPPY: snappyCompress },
    stats,
    pageSize: PAGE_BYTES,
    columnIndex: false,
    offsetIndex: false,
  };
  const definitionLevels = values.map((value) => (value === null ? 0 : 1));
  const pageData = { values, definitionLevels, repetitionLevels: [], maxDefinitionLevel: 1 };
  return writeColumn({ writer, column, pageData }).chunk;
}

/**
 * Decimals come to the writer as the bytes they are, because its own way to make them takes longer than all the
 * rest; what they are is said in the footer.
 */
function asBytes(element: Element): SchemaElement {
  if (element.converted_type !== 'DECIMAL') return element;
  const { converted_type: _converted, logical_type: _logical, ...bytes } = element;
  return bytes;
}
