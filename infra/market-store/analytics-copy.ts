/** Rows of indicators in the binary form of `COPY`: floats travel as they are, neither printed nor read. */
import { STANDARD_COLUMNS } from '../../domain/indicators/standard.ts';
import type { Figure } from '../../domain/indicators/formula.ts';
import type { IndicatorRow } from '../../projections/market/indicate.ts';

/** A signature, then no flags and no extension, of four bytes each. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END_BYTES = 2;
const BLOCK_BYTES = 256 * 1024;
/** The symbol, the time, the close, the figures. */
const COLUMNS = 3 + STANDARD_COLUMNS.length;
/** The count of columns, then each after its length. */
const MAX_ROW_BYTES = 2 + 8 + 12 * (COLUMNS - 1);
/** 2000-01-01 UTC, from which the server counts. */
const MS_2000 = Date.UTC(2000, 0, 1);

export interface RowsOfSymbol {
  readonly symbolNo: number;
  readonly rows: readonly IndicatorRow[];
}

/** A header, the rows, an end, in blocks that are not used again. */
export async function* rowBlocks(symbols: readonly RowsOfSymbol[]): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let at = HEADER.copy(block);
  for (const { symbolNo, rows } of symbols) {
    for (const row of rows) {
      if (at > BLOCK_BYTES - END_BYTES - MAX_ROW_BYTES) {
        yield block.subarray(0, at);
        block = Buffer.allocUnsafe(BLOCK_BYTES);
        at = 0;
      }
      at = writeRow(block, at, symbolNo, row);
    }
  }
  at = block.writeInt16BE(-1, at);
  yield block.subarray(0, at);
}

function writeRow(
  block: Buffer,
  start: number,
  symbolNo: number,
  { time, close, figures }: IndicatorRow,
): number {
  let at = block.writeInt16BE(COLUMNS, start);
  at = block.writeInt32BE(symbolNo, block.writeInt32BE(4, at));
  at = block.writeBigInt64BE(BigInt(time - MS_2000) * 1000n, block.writeInt32BE(8, at));
  at = writeFigure(block, at, close);
  for (let index = 0; index < STANDARD_COLUMNS.length; index++) {
    at = writeFigure(block, at, figures[index] ?? null);
  }
  return at;
}

function writeFigure(block: Buffer, at: number, figure: Figure): number {
  return figure === null
    ? block.writeInt32BE(-1, at)
    : block.writeDoubleBE(figure, block.writeInt32BE(8, at));
}
