import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Decimal } from '../../../domain/decimal.ts';
import { format } from '../../../domain/decimal.ts';
import type { Cell } from '../../../projections/fold/text.ts';
import { createLineWriter, LINE_BYTES } from '../../../projections/rebuild/line-writer.ts';
import type { ByteSink } from '../../../projections/rebuild/store.ts';

/** A sink of small blocks, so that lines often begin a new one. */
function collecting(blockBytes: number): ByteSink & { text(): string } {
  const full: Uint8Array[] = [];
  const sink: ByteSink & { text(): string } = {
    bytes: new Uint8Array(blockBytes),
    at: 0,
    reserve(bytes) {
      if (sink.at + bytes <= sink.bytes.length) return;
      full.push(sink.bytes.slice(0, sink.at));
      // Used again, as those of a connection are.
      if (full.length % 2 === 0) sink.bytes = new Uint8Array(blockBytes);
      sink.bytes = new Uint8Array(sink.bytes);
      sink.at = 0;
    },
    close: async () => undefined,
    text: () => Buffer.concat([...full, sink.bytes.slice(0, sink.at)]).toString('latin1'),
  };
  return sink;
}

const decimals = fc.record({
  coefficient: fc.oneof(
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
    fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
    fc.constantFrom(0n, 10_000_000n, 99_999_999n, 100_000_000n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n)),
  ),
  scale: fc.nat(30),
});

it('writes each cell as it prints, whatever the rows before it had', async () => {
  // A few values that come again and again, as the same objects.
  const rows = fc
    .array(decimals, { minLength: 2, maxLength: 6 })
    .chain((values) =>
      fc.array(
        fc.array(
          fc.oneof(
            fc.constantFrom<Decimal | null>(...values, null),
            fc.constantFrom('PRICED', 'STALE', 'true', '2024-02-29'),
          ),
          { minLength: 9, maxLength: 9 },
        ),
        { minLength: 1, maxLength: 30 },
      ),
    );
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.constantFrom(LINE_BYTES, LINE_BYTES + 300, 4 * LINE_BYTES),
      async (lines, block) => {
        const sink = collecting(block);
        const writer = createLineWriter(sink, 9);
        const expected: string[] = [];
        for (const [i, cells] of lines.entries()) {
          await sink.reserve(LINE_BYTES);
          if (i % 4 === 0) writer.place(`${i}\t7\t`, '\t3\t');
          cells.forEach((cell, column) => (writer.cells[column] = cell));
          const span = writer.write('2025-01-02');
          const text = cells.map(printed).join('\t');
          expect(Buffer.from(span.bytes.subarray(span.from, span.to)).toString('latin1')).toBe(text);
          expected.push(`${i - (i % 4)}\t7\t2025-01-02\t3\t${text}\n`);
        }
        expect(sink.text()).toBe(expected.join(''));
      },
    ),
  );
});

it('refuses a line longer than the room reserved for it', () => {
  const sink = collecting(64);
  const writer = createLineWriter(sink, 1);
  writer.cells[0] = 'x'.repeat(100);
  expect(() => writer.write('2025-01-02')).toThrow(RangeError);
});

function printed(cell: Cell): string {
  return cell === null ? '\\N' : typeof cell === 'string' ? cell : format(cell);
}
