/**
 * Rebuilds of everything, growing tenfold, each against raw `COPY` of the very rows it makes, from files,
 * into identical tables, plus their keys. Both in one run on one server: the embedded one, and that of
 * BENCH_TIMESCALE_URL with hypertables.
 *
 *     node dist/bench/rebuild.js [portfolios …]     2 18 182 for 100 k, 1 M and 10 M position-days
 *
 * ROUNDS (3) for sizes up to some millions, one beyond.
 */
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { openBenchApp } from './support/bench-app.ts';
import { copyGeneration, dumpGeneration } from './support/generation-yard.ts';
import { createOwnDatabase } from './support/own-database.ts';
import { rebuildInProcess } from './support/rebuild-process.ts';
import type { RebuildFigures } from './support/rebuild-process.ts';
import { type BenchRow, type BenchTable, perSecond, renderTable } from './support/report.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Ten years of each make some 55,000 position-days. */
const LARGE_PORTFOLIOS = 60;
const MEMORY_MB = 512;

interface Measured extends RebuildFigures {
  readonly rawSeconds: number;
}

async function measure(portfolios: number, timescaleUrl: string | undefined): Promise<Measured> {
  const database = timescaleUrl === undefined ? undefined : await createOwnDatabase(timescaleUrl);
  const bench = await openBenchApp(database ? { DATABASE_URL: database.url } : {});
  const { app, directory } = bench;
  try {
    await loadScaledDemo(app, portfolios);
    const { url } = app.database;
    let best: Measured | undefined;
    for (let round = 0; round < (portfolios < LARGE_PORTFOLIOS ? ROUNDS : 1); round++) {
      const rebuilt = await rebuildInProcess(url);
      const { slot } = await app.projections.status();
      if (round === 0) await dumpGeneration(url, slot, directory);
      const rawSeconds = await copyGeneration(url, directory, database !== undefined);
      process.stderr.write(
        `${portfolios} portfolios, round ${round + 1}: rebuild ${rebuilt.seconds.toFixed(1)} s, ` +
          `COPY ${rawSeconds.toFixed(1)} s, ${rebuilt.peakMb?.toFixed(0) ?? '–'} MB\n`,
      );
      best = {
        ...rebuilt,
        seconds: Math.min(rebuilt.seconds, best?.seconds ?? Infinity),
        rawSeconds: Math.min(rawSeconds, best?.rawSeconds ?? Infinity),
        peakMb: Math.max(rebuilt.peakMb ?? 0, best?.peakMb ?? 0),
      };
    }
    return best!;
  } finally {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
    await database?.drop();
  }
}

function rowsOf(figures: Measured): BenchRow[] {
  const { seconds, rawSeconds, rows, events, peakMb } = figures;
  return [
    {
      what: `rebuild of ${rows.toLocaleString('en')} position-days from ${events.toLocaleString('en')} events`,
      measured: `${seconds.toFixed(1)} s (${perSecond(rows / seconds, 'position-days')})`,
      yardstick: `${rawSeconds.toFixed(1)} s (COPY of the same rows, and keys)`,
      ratio: seconds / rawSeconds,
      target: '≤ 1.25',
    },
    ...(peakMb === undefined || peakMb === 0
      ? []
      : [
          {
            what: 'peak memory of the process that rebuilds them',
            measured: `${peakMb.toFixed(0)} MB`,
            yardstick: `${MEMORY_MB} MB`,
            ratio: peakMb / MEMORY_MB,
            target: '≤ 1',
          },
        ]),
  ];
}

/**
 * @param sizes portfolios of each size
 * @param timescaleUrl a server with TimescaleDB; the embedded one unless given
 */
export async function benchRebuild(sizes: readonly number[], timescaleUrl?: string): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const portfolios of sizes) rows.push(...rowsOf(await measure(portfolios, timescaleUrl)));
  const where = timescaleUrl === undefined ? '' : ', into hypertables';
  return { title: `A full rebuild against raw COPY${where}`, rows };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [2, 18];
  process.stdout.write(`${renderTable(await benchRebuild(sizes))}\n`);
  const timescale = process.env.BENCH_TIMESCALE_URL;
  if (timescale) process.stdout.write(`${renderTable(await benchRebuild(sizes, timescale))}\n`);
}
