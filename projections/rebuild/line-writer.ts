/**
 * Day rows as the bytes of `COPY` lines. Most values of a row are those of the row before, as the same
 * objects: their bytes are copied instead of being printed again.
 */
import type { ByteSpan } from '../../domain/books/checksum.ts';
import { formatInto, textInto } from '../../domain/decimal.ts';
import { NULL } from '../fold/text.ts';
import type { Cell } from '../fold/text.ts';
import type { ByteSink } from './store.ts';

/** Room for one line. A decimal of the books has some forty characters at most; a line has thirty of them. */
export const LINE_BYTES = 8 * 1024;

const TAB = 9;
const NEWLINE = 10;
/** From so many bytes on a call that copies them costs less than copying them one by one. */
const LONG = 40;

export interface LineWriter {
  /** Fill them, then call `write`. */
  readonly cells: Cell[];
  /** What the next lines begin and go on with, around their date; tabs included. */
  place(before: string, after: string): void;
  /** Writes one line of ASCII; `reserve(LINE_BYTES)` must have been awaited. Returns where its cells stand. */
  write(date: string): ByteSpan;
}

export function createLineWriter(sink: ByteSink, columns: number): LineWriter {
  const cells: Cell[] = new Array<Cell>(columns).fill(null);
  const before: Cell[] = new Array<Cell>(columns).fill(null);
  const starts = new Int32Array(columns);
  const ends = new Int32Array(columns);
  let [head, tail] = ['', ''];
  let block: Uint8Array | undefined;
  const span = { bytes: sink.bytes, from: 0, to: 0 };

  return {
    cells,
    place(first, second) {
      [head, tail] = [first, second];
    },
    write(date) {
      const { bytes } = sink;
      // In another block nothing stands that could be copied.
      const fresh = bytes !== block;
      block = bytes;
      let at = textInto(bytes, textInto(bytes, textInto(bytes, sink.at, head), date), tail);
      span.bytes = bytes;
      span.from = at;
      for (let i = 0; i < columns;) {
        if (i > 0) bytes[at++] = TAB;
        const cell = cells[i]!;
        if (fresh || cell !== before[i]) {
          starts[i] = at;
          at = cellInto(bytes, at, cell);
          ends[i] = at;
          before[i++] = cell;
          continue;
        }
        let next = i + 1;
        while (next < columns && cells[next] === before[next]) next++;
        const [from, to] = [starts[i]!, ends[next - 1]!];
        const moved = at - from;
        if (to - from < LONG) for (let k = from; k < to; k++) bytes[at++] = bytes[k]!;
        else {
          bytes.copyWithin(at, from, to);
          at += to - from;
        }
        for (; i < next; i++) {
          starts[i]! += moved;
          ends[i]! += moved;
        }
      }
      span.to = at;
      bytes[at++] = NEWLINE;
      if (at > bytes.length) throw new RangeError('a line was longer than the room reserved for it');
      sink.at = at;
      return span;
    },
  };
}

function cellInto(bytes: Uint8Array, at: number, cell: Cell): number {
  if (cell === null) return textInto(bytes, at, NULL);
  return typeof cell === 'string' ? textInto(bytes, at, cell) : formatInto(bytes, at, cell);
}
