/**
 * From an event's commit to its being read over HTTP, while 500 events a second are written: the clock
 * starts with the reply that says the event is in the log and stops with the first reply that shows it.
 */
import { pathToFileURL } from 'node:url';
import { openBenchApp } from './support/bench-app.ts';
import { latencyText, quantile } from './support/latencies.ts';
import { type BenchTable, renderTable } from './support/report.ts';
import { serve, succeeded } from './support/served.ts';
import type { Served } from './support/served.ts';
import { openSteadyPortfolios, purchase, steadyPortfolio, writeSteadily } from './support/steady-writes.ts';

const PER_SECOND = Number(process.env.EVENTS_PER_SECOND ?? 500);
const PROBES = Number(process.env.ROUNDS ?? 300);
const PORTFOLIOS = 100;
const TARGET_MS = 20;
const PAUSE_MS = 25;
const WARM_UP = 40;

function positionOf(reply: { readonly headers: Readonly<Record<string, unknown>> }): number {
  return Number(reply.headers['x-chronofolio-position']);
}

/** Milliseconds until the portfolio's own page shows what was just recorded. */
async function probe(served: Served, round: number): Promise<number> {
  const portfolio = round % PORTFOLIOS;
  const recorded = succeeded(await served.post('/v1/transactions', purchase(`probe-${round}`, portfolio)));
  const started = performance.now();
  const position = positionOf(recorded);
  const path = `/v1/portfolios/${steadyPortfolio(portfolio)}`;
  while (positionOf(succeeded(await served.get(path))) < position);
  return performance.now() - started;
}

export async function benchVisible(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  try {
    await openSteadyPortfolios(bench.app, PORTFOLIOS);
    await bench.app.projections.catchUp();
    const served = await serve(bench.app.database.url);
    try {
      const writes = writeSteadily(served, PER_SECOND, PORTFOLIOS);
      const times: number[] = [];
      for (let round = 0; round < PROBES + WARM_UP; round++) {
        const took = await probe(served, round);
        if (round >= WARM_UP) times.push(took);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      const { events, seconds } = await writes.stop();
      return {
        title: 'From an event’s commit to its being read over HTTP',
        rows: [
          {
            what: `beside ${Math.round(events / seconds)} events/s into ${PORTFOLIOS} portfolios`,
            measured: latencyText(times),
            yardstick: `p99 ${TARGET_MS} ms`,
            ratio: quantile(times, 0.99) / TARGET_MS,
            target: '≤ 1',
          },
        ],
      };
    } finally {
      await served.close();
    }
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchVisible())}\n`);
