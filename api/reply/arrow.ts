/** Rows as the stream of Arrow IPC: a schema, a record batch for each piece, an end mark. */
import { AsyncByteQueue, Field, RecordBatch, RecordBatchStreamWriter, Schema, Struct } from 'apache-arrow';
import { makeData } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { arrowColumn, arrowType } from './arrow-columns.ts';
import { member, metadataOf, NOTHING } from './encoder.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';

/** Keeps what the writer writes until it is taken. */
class Sink extends AsyncByteQueue {
  private pieces: Uint8Array[] = [];

  override write(piece: ArrayBufferView | ArrayBufferLike | Uint8Array): void {
    // The writer never changes a buffer it has written, nor do we one of a batch.
    const bytes = ArrayBuffer.isView(piece)
      ? new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
      : new Uint8Array(piece);
    if (bytes.byteLength > 0) this.pieces.push(bytes);
  }

  take(): Uint8Array {
    const taken = Buffer.concat(this.pieces);
    this.pieces = [];
    return taken;
  }
}

export function arrowEncoder({ columns, head, numbers }: EncoderOptions): RowEncoder {
  const fields = columns.map(({ name, kind }) => new Field(name, arrowType(kind, numbers), true));
  const schema = new Schema(fields, new Map(metadataOf(head)));
  const type = new Struct(fields);
  const sink = new Sink();
  const writer = new RecordBatchStreamWriter();
  return {
    start() {
      writer.reset(sink, schema);
      return sink.take();
    },
    *rows(rows) {
      const children: Data[] = [];
      for (const { name, kind } of columns) {
        const values = rows.map((row) => member(row, name));
        children.push(arrowColumn(values, { name, kind, numbers }));
        yield NOTHING;
      }
      writer.write(new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children })));
      yield sink.take();
    },
    *end() {
      writer.finish();
      yield sink.take();
    },
  };
}
