/**
 * Appends to the totally ordered log against plain inserts with a sequence, which are faster to write
 * and lose events for readers. Both in one run, in turns, each time in a fresh database.
 */
import { pathToFileURL } from 'node:url';
import { appendRate } from './support/append-rate.ts';
import { type BenchServer, openBenchServer } from './support/bench-server.ts';
import { type BenchRow, type BenchTable, median, perSecond, renderTable } from './support/report.ts';

const CALLERS = 8;
const ROUNDS = 5;
const CASES = [
  { processes: 1, size: 1, target: 1 },
  { processes: 1, size: 20, target: 0.9 },
  { processes: 4, size: 1, target: 0.5 },
  { processes: 4, size: 20, target: 0.5 },
] as const;

/** @returns median rates and the median of the rounds' ratios. */
export async function benchAppends(server: BenchServer): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const { processes, size, target } of CASES) {
    const rounds: { log: number; sequence: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const load = { callers: CALLERS, size, warmUpMs: 500, measureMs: 2_000 };
      rounds.push({
        sequence: await appendRate(server, { ...load, kind: 'sequence' }, processes),
        log: await appendRate(server, { ...load, kind: 'log' }, processes),
      });
    }
    const rate = (kind: 'log' | 'sequence') =>
      perSecond(median(rounds.map((round) => round[kind])) * size, size === 1 ? 'appends' : 'events');
    rows.push({
      what: `${processes === 1 ? 'one process' : `${processes} processes`}, ${CALLERS} callers each, ${
        size === 1 ? 'single events' : `${size} events an append`
      }`,
      measured: rate('log'),
      yardstick: rate('sequence'),
      ratio: median(rounds.map(({ log, sequence }) => log / sequence)),
      target: `≥ ${target}`,
    });
  }
  return { title: 'Appends in one total order against an insert with a sequence', rows };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await openBenchServer();
  try {
    process.stdout.write(`${renderTable(await benchAppends(server))}\n`);
  } finally {
    await server.close();
  }
}
