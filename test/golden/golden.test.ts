/**
 * The golden rebuild: a log that never changes and the checksums of all that is made of it. A figure that
 * changes needs a new fold version, so that no published day changes because the code did.
 *
 *     GOLDEN=write npx vitest run test/golden       writes checksums.json anew
 *     GOLDEN=write-log npx vitest run test/golden   makes log.ndjson anew from history/ as well
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { TRANSACTION_TYPES } from '../../domain/events.ts';
import { checksumText } from '../../projections/verify/checksums.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { foldInMemory } from './figures.ts';
import type { Checksums, Figures } from './figures.ts';
import { goldenEvents, goldenFacts, writeGoldenLog } from './log.ts';

interface Golden extends Figures {
  readonly fold_version: number;
  readonly events: number;
}

const FILE = new URL('checksums.json', import.meta.url);
const wanted = process.env.GOLDEN;

let books: Books | undefined;
afterEach(async () => {
  await books?.close();
  books = undefined;
});

if (wanted === 'write-log')
  it('writes the golden log', async () => {
    books = await openBooks();
    await writeGoldenLog(books.log);
  });
if (wanted === 'write' || wanted === 'write-log')
  it('writes the golden checksums', () => {
    const events = goldenEvents();
    const golden: Golden = { fold_version: FOLD_VERSION, events: events.length, ...foldInMemory(events) };
    writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`);
  });

function readGolden(): Golden {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Golden;
}

/** What to do about figures that are others than they were; `undefined` when none is. */
function complaint(folded: Pick<Figures, 'checksums'>, golden: Golden): string | undefined {
  const changed = [...new Set([...Object.keys(golden.checksums), ...Object.keys(folded.checksums)])].filter(
    (place) => golden.checksums[place] !== folded.checksums[place],
  );
  if (changed.length === 0 && golden.fold_version === FOLD_VERSION) return undefined;
  const written =
    'GOLDEN=write npx vitest run test/golden writes test/golden/checksums.json anew; look at its figures in the diff';
  if (golden.fold_version !== FOLD_VERSION)
    return `checksums.json is of fold version ${golden.fold_version}, the fold of ${FOLD_VERSION}: ${written}.`;
  return (
    `The golden log folds to other figures at ${changed.join(', ')}. A figure that changes needs a new fold ` +
    `version, or published days change without a trace: if the change is meant, raise FOLD_VERSION in ` +
    `domain/books/version.ts; then ${written}.`
  );
}

/** The checksums that the active generation keeps of its rows. */
async function stored({ generations }: Books): Promise<Checksums> {
  return generations.of(await generations.active()).rebuild.snapshot(async (reader) => {
    const keys = (await reader.keys()).map(
      (key) => [`${key.portfolioId}/${key.securityId}`, checksumText(key.checksum)] as const,
    );
    const portfolios = (await reader.portfolios()).map(
      ({ portfolioId, checksum }) => [portfolioId, checksumText(checksum)] as const,
    );
    return Object.fromEntries([...keys, ...portfolios]);
  });
}

describe('the golden log', () => {
  it('comes to the figures it always came to, folded in memory', () => {
    const golden = readGolden();
    const folded = foldInMemory(goldenEvents());
    expect(complaint(folded, golden)).toBeUndefined();
    expect({ ...folded, fold_version: FOLD_VERSION, events: goldenEvents().length }).toEqual(golden);
  });

  it.each([
    ['at once', 100_000],
    ['in batches of 40', 40],
    ['in batches of 7', 7],
  ])('comes to the same live, %s, and rebuilt', async (_, size) => {
    books = await openBooks();
    const facts = goldenFacts();
    for (let from = 0; from < facts.length; from += size)
      await books.project(...facts.slice(from, from + size));
    const golden = readGolden();
    expect(complaint({ checksums: await stored(books) }, golden)).toBeUndefined();
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
    const before = await books.generations.active();
    await books.projections.rebuild({ all: true });
    expect(await books.generations.active()).not.toBe(before);
    expect(complaint({ checksums: await stored(books) }, golden)).toBeUndefined();
  });

  it('holds every type of transaction, and every cost basis', () => {
    const events = goldenEvents();
    const types = events.flatMap(({ type, data }) =>
      type === 'TransactionRecorded' ? data.transaction_type : [],
    );
    expect([...new Set(types)].sort()).toEqual([...TRANSACTION_TYPES].sort());
    const methods = events.flatMap(({ type, data }) =>
      type === 'PortfolioOpened' ? data.cost_basis_method : [],
    );
    expect([...new Set(methods)].sort()).toEqual(['average', 'fifo', 'hifo', 'lifo', 'specific']);
    expect(new Set(events.map(({ type }) => type)).size).toBe(12);
    expect(Object.keys(readGolden().pending)).not.toEqual([]);
  });
});

describe('a figure that changed', () => {
  const golden: Golden = {
    fold_version: FOLD_VERSION,
    events: 1,
    checksums: { P: '01', 'P/S': '02' },
    figures: {},
    pending: {},
  };

  it('asks for a new fold version and names where', () => {
    const text = complaint({ checksums: { P: '01', 'P/S': '03' } }, golden);
    expect(text).toMatch(/other figures at P\/S\..*raise FOLD_VERSION/);
  });

  it('needs the file to be written for a new version', () => {
    expect(complaint(golden, { ...golden, fold_version: FOLD_VERSION + 1 })).toMatch(/GOLDEN=write/);
    expect(complaint(golden, golden)).toBeUndefined();
  });
});
