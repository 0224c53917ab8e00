import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine, createChecksum, lineHash, remove } from '../../../domain/books/checksum.ts';

const lines = fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 });

describe('the checksum', () => {
  it('does not depend on the order, and removing undoes adding', () => {
    fc.assert(
      fc.property(lines, lines, (some, others) => {
        const checksum = createChecksum();
        for (const line of [...some, ...others]) checksum.add(line);
        const expected = [...others, ...some].map(lineHash).reduce(combine, 0n);
        expect(checksum.value()).toBe(expected);
        for (const line of some) checksum.remove(line);
        expect(checksum.value()).toBe(some.map(lineHash).reduce(remove, expected));
        expect(checksum.value()).toBe(others.map(lineHash).reduce(combine, 0n));
      }),
    );
  });

  it('continues from a value kept, within a signed 64-bit integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string(), (kept, line) => {
        const checksum = createChecksum(kept);
        expect(checksum.value()).toBe(kept);
        checksum.add(line);
        expect(checksum.value()).toBe(combine(kept, lineHash(line)));
        expect(BigInt.asIntN(64, checksum.value())).toBe(checksum.value());
      }),
    );
  });

  it('tells lines apart that differ little, in either half of the hash', () => {
    const hashes = Array.from({ length: 100_000 }, (_, i) => lineHash(`2024-01-01\t${i}.00\t0\t0`));
    expect(new Set(hashes).size).toBe(hashes.length);
    // 100,000 values in 2^32 places: about one pair in common by chance.
    for (const half of [(h: bigint) => h & 0xffffffffn, (h: bigint) => h >> 32n])
      expect(new Set(hashes.map(half)).size).toBeGreaterThan(hashes.length - 20);
    expect(lineHash('ab')).not.toBe(lineHash('ba'));
    expect(lineHash('')).not.toBe(lineHash('\0'));
  });

  it('takes stretches of bytes for the text they are', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
    fc.assert(
      fc.property(ascii, ascii, ascii, fc.nat(5), (line, second, third, offset) => {
        const texts = createChecksum();
        texts.add(line, second, third);
        const bytes = new TextEncoder().encode(`${'x'.repeat(offset)}${second}${third}`);
        const middle = offset + second.length;
        const spans = createChecksum();
        spans.addBytes(
          line,
          { bytes, from: offset, to: middle },
          { bytes, from: middle, to: middle + third.length },
        );
        expect(spans.value()).toBe(texts.value());
      }),
    );
  });
});
