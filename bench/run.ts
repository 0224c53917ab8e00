/** Runs every bench and writes their tables to `docs/benchmarks.md`. */
import { cpus, totalmem } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { benchAppends } from './appends.ts';
import { benchRebuild } from './rebuild.ts';
import { benchRestatement } from './restatement.ts';
import { openBenchServer } from './support/bench-server.ts';
import { renderTable } from './support/report.ts';
import type { BenchTable } from './support/report.ts';

/** Portfolios of the demo's kind for a million position-days and more. */
const PORTFOLIOS = 25;

async function appends(): Promise<BenchTable> {
  const server = await openBenchServer();
  try {
    return await benchAppends(server);
  } finally {
    await server.close();
  }
}

const tables = [await appends(), await benchRebuild(PORTFOLIOS), await benchRestatement()];
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
