/**
 * Readers during a rebuild and its flip, while 500 events a second are written: whether every read was
 * answered, how long it took beside the same reads before, and how long the flip held the books still.
 */
import { pathToFileURL } from 'node:url';
import { openBenchApp } from './support/bench-app.ts';
import { latencyText, quantile } from './support/latencies.ts';
import { rebuildInProcess } from './support/rebuild-process.ts';
import { type BenchRow, type BenchTable, renderTable } from './support/report.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';
import { serve } from './support/served.ts';
import type { Served } from './support/served.ts';
import { openSteadyPortfolios, steadyPortfolio, writeSteadily } from './support/steady-writes.ts';

const PER_SECOND = Number(process.env.EVENTS_PER_SECOND ?? 500);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const STEADY = 100;
const HELD_MS = 50;
const PAUSE_MS = 5;
const BEFORE_MS = 5_000;

interface Watched {
  readonly times: readonly number[];
  readonly failed: number;
  /** Replies that showed less of the log than an earlier one of the same portfolio. */
  readonly backwards: number;
}

/** Reads one page after another until told to stop. */
function watch(served: Served): { stop(): Promise<Watched> } {
  let stopped = false;
  const times: number[] = [];
  const seen = new Map<string, number>();
  let [failed, backwards] = [0, 0];
  const paths = [
    '/v1/portfolios/PORT_001/positions',
    `/v1/portfolios/${steadyPortfolio(1)}`,
    '/v1/portfolios/PORT_001/performance?periods=YTD',
    `/v1/portfolios/${steadyPortfolio(2)}/positions`,
  ];
  const watching = (async () => {
    for (let round = 0; !stopped; round++) {
      const path = paths[round % paths.length]!;
      const started = performance.now();
      const reply = await served.get(path).catch(() => undefined);
      times.push(performance.now() - started);
      if (reply?.status !== 200) failed += 1;
      else {
        const position = Number(reply.headers['x-chronofolio-position']);
        if (position < (seen.get(path) ?? 0)) backwards += 1;
        seen.set(path, position);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return { times, failed, backwards };
    },
  };
}

/** @param portfolios of the demo's kind: ten years of each make some 55,000 position-days */
export async function benchFlip(portfolios: number): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  const { app } = bench;
  try {
    await loadScaledDemo(app, portfolios);
    await openSteadyPortfolios(app, STEADY);
    await app.projections.catchUp();
    const served = await serve(app.database.url);
    try {
      const writes = writeSteadily(served, PER_SECOND, STEADY);
      const quiet = watch(served);
      await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
      const before = await quiet.stop();
      const busy = watch(served);
      const held: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { heldMs, seconds } = await rebuildInProcess(app.database.url);
        if (heldMs !== undefined) held.push(heldMs);
        process.stderr.write(`rebuild ${seconds.toFixed(1)} s, held ${heldMs?.toFixed(1) ?? '–'} ms\n`);
      }
      const during = await busy.stop();
      const { events, seconds } = await writes.stop();
      return {
        title: `Readers during ${ROUNDS} rebuilds and flips, beside ${Math.round(events / seconds)} events/s`,
        rows: rowsOf(before, during, held),
      };
    } finally {
      await served.close();
    }
  } finally {
    await bench.close();
  }
}

function rowsOf(before: Watched, during: Watched, held: readonly number[]): BenchRow[] {
  const answered = during.times.length - during.failed;
  const longest = Math.max(...held);
  return [
    {
      what: `reads answered, of ${during.times.length.toLocaleString('en')}`,
      measured: `${answered.toLocaleString('en')}, ${during.backwards} of them back in time`,
      yardstick: during.times.length.toLocaleString('en'),
      ratio: answered / during.times.length,
      target: '= 1',
    },
    {
      what: 'a read while rebuilding and flipping',
      measured: latencyText(during.times),
      yardstick: `${latencyText(before.times)} (the same reads before)`,
      ratio: quantile(during.times, 0.5) / quantile(before.times, 0.5),
      target: '',
    },
    {
      what: 'the longest that a flip held the generation readers see',
      measured: `${longest.toFixed(1)} ms`,
      yardstick: `${HELD_MS} ms`,
      ratio: longest / HELD_MS,
      target: '≤ 1',
    },
  ];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchFlip(Number(process.argv[2] ?? 10)))}\n`);
