/**
 * Runs every bench and writes their tables to `docs/benchmarks.md`: those of Kafka when KAFKA_BROKERS names a
 * broker, those of hypertables when BENCH_TIMESCALE_URL names a server that has them, those beside
 * emmett-postgresql when BENCH_EMMETT names the node_modules it is installed in.
 *
 * BENCH_SIZES are the portfolios of the rebuilds, `2,18` unless given; `2,18,182` makes ten million
 * position-days and takes an hour and 40 GB of disk.
 */
import { cpus, totalmem } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { benchAnalytics } from './analytics.ts';
import { benchAppends } from './appends.ts';
import { benchEmmett } from './emmett.ts';
import { benchExport } from './export.ts';
import { benchFanOut } from './fan-out.ts';
import { benchFlip } from './flip.ts';
import { benchGroups } from './groups.ts';
import { benchHypertables } from './hypertables.ts';
import { benchIndicators } from './indicators.ts';
import { benchKafka } from './kafka.ts';
import { benchReads } from './reads.ts';
import { benchRebuild } from './rebuild.ts';
import { benchRestatement } from './restatement.ts';
import { benchSockets } from './sockets.ts';
import { benchTickLatency } from './tick-latency.ts';
import { benchTicks } from './ticks.ts';
import { benchVisible } from './visible.ts';
import { openBenchServer } from './support/bench-server.ts';
import type { BenchServer } from './support/bench-server.ts';
import { renderTable } from './support/report.ts';
import type { BenchTable } from './support/report.ts';

/** Portfolios of the demo's kind for a million position-days and more. */
const PORTFOLIOS = 25;
/** For a hundred thousand and for a million. */
const SIZES = process.env.BENCH_SIZES?.split(',').map(Number) ?? [2, 18];
const FLIP_PORTFOLIOS = 10;
const HYPERTABLE_ROUNDS = 3;

async function onServer(bench: (server: BenchServer) => Promise<BenchTable>): Promise<BenchTable> {
  const server = await openBenchServer();
  try {
    return await bench(server);
  } finally {
    await server.close();
  }
}

const brokers = process.env.KAFKA_BROKERS?.split(',');
const timescale = process.env.BENCH_TIMESCALE_URL;
const emmett = process.env.BENCH_EMMETT;
const tables = [
  await onServer(benchAppends),
  await benchRebuild(SIZES),
  await benchRestatement(),
  await benchFanOut(),
  await benchFlip(FLIP_PORTFOLIOS),
  await benchVisible(),
  await benchReads(),
  await benchAnalytics(),
  await onServer(benchExport),
  await benchGroups(),
  await onServer(benchTicks),
  await onServer(benchIndicators),
  await benchSockets(),
  await onServer((server) => benchTickLatency(server, process.env.KAFKA_BROKERS)),
];
if (brokers) tables.push(await onServer((server) => benchKafka(server, { brokers })));
if (emmett) tables.push(await benchEmmett(emmett));
if (timescale) {
  tables.push(await benchRebuild(SIZES, timescale));
  tables.push(await benchHypertables(timescale, PORTFOLIOS, HYPERTABLE_ROUNDS));
}
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, embedded PostgreSQL with fsync on`;
const text = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.
Every ratio is of two measurements taken in the same run; absolute figures are those of this machine.

${tables.map(renderTable).join('\n')}`;
const file = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../docs/benchmarks.md' : '../docs/benchmarks.md',
    import.meta.url,
  ),
);
await writeFile(file, text);
process.stdout.write(text);
