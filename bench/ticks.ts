/**
 * Messages into ticks, current prices, bars of both tiers and published changes, against a `COPY` of the same
 * ticks into a table like that of the ticks alone, in transactions of the same size. Then what a symbol costs.
 */
import { pathToFileURL } from 'node:url';
import { calendarOf } from '../domain/market/calendars/calendars.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { createTickStore } from '../infra/market-store/tick-store.ts';
import { createMarketEvents } from '../projections/market/model.ts';
import { createTickIntake } from '../projections/market/ticks.ts';
import { type BenchServer, openBenchServer } from './support/bench-server.ts';
import { type BenchRow, type BenchTable, median, perSecond, renderTable } from './support/report.ts';
import { tickLanes } from './support/tick-load.ts';
import type { TickLane, TickLoad } from './support/tick-load.ts';

const ROUNDS = 3;
const CASES: readonly (TickLoad & { readonly target: string })[] = [
  { symbols: 100, ticks: 200_000, batch: 5_000, lanes: 2, target: '≥ 0.5' },
  { symbols: 100, ticks: 200_000, batch: 5_000, lanes: 1, target: '' },
  { symbols: 100, ticks: 20_000, batch: 50, lanes: 2, target: '' },
];
/** One tick of each symbol in a transaction; what it costs beyond one of ten symbols is theirs. */
const SYMBOLS = [10, 100, 1_000, 10_000] as const;
const SWEEP = { ticks: 100_000, batch: 10_000, lanes: 1 };

/** Runs the lanes side by side. @returns ticks a second */
async function timed(
  load: TickLoad,
  lanes: readonly TickLane[],
  run: (lane: TickLane) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  await Promise.all(lanes.map(run));
  return load.ticks / ((performance.now() - started) / 1000);
}

async function copying(database: Database, load: TickLoad, lanes: readonly TickLane[]): Promise<number> {
  await database.query('create table plain_prices (like realtime_prices including all)');
  return timed(load, lanes, async ({ copies }) => {
    for (const copy of copies)
      await database.transaction((tx) =>
        tx.copyIn('copy plain_prices (symbol_no, time, price, volume, bid, ask) from stdin', [copy]),
      );
  });
}

async function taking(database: Database, load: TickLoad, lanes: readonly TickLane[]): Promise<number> {
  const events = createMarketEvents((error) => {
    throw error;
  });
  let published = 0;
  events.subscribe((event) => {
    if (event.type === 'prices') published += event.snapshots.length;
  });
  const store = createTickStore({ database, calendarOf, events });
  const { handle } = createTickIntake({ store, now: () => Date.now() });
  const rate = await timed(load, lanes, async ({ batches }) => {
    for (const batch of batches) {
      const { status } = await handle(batch);
      if (status !== 'committed') throw new Error(status);
    }
  });
  if (published !== load.ticks) throw new Error(`${published} changes of ${load.ticks} ticks`);
  return rate;
}

async function rates(server: BenchServer, load: TickLoad): Promise<{ taken: number; copied: number }[]> {
  const lanes = tickLanes(load);
  const found: { taken: number; copied: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = await server.createDatabase();
    const database = openDatabase({ url: own.url, maxConnections: 4, searchPath: 'gen_a,public' });
    try {
      const copied = await copying(database, load, lanes);
      found.push({ copied, taken: await taking(database, load, lanes) });
    } finally {
      await database.close();
      await own.drop();
    }
  }
  return found;
}

export async function benchTicks(server: BenchServer): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const { target, ...load } of CASES) {
    const found = await rates(server, load);
    rows.push({
      what: `${load.symbols} symbols, ${load.batch} ticks a transaction, ${load.lanes} at a time`,
      measured: perSecond(median(found.map(({ taken }) => taken)), 'ticks'),
      yardstick: perSecond(median(found.map(({ copied }) => copied)), 'ticks'),
      ratio: median(found.map(({ taken, copied }) => taken / copied)),
      target,
    });
  }
  let fewest: number | undefined;
  for (const symbols of SYMBOLS) {
    const found = await rates(server, { ...SWEEP, symbols });
    const taken = median(found.map((round) => round.taken));
    fewest ??= taken;
    rows.push({
      what: `${symbols.toLocaleString('en')} symbols, ${SWEEP.batch} ticks a transaction, against ${SYMBOLS[0]} symbols`,
      measured: perSecond(taken, 'ticks'),
      yardstick: perSecond(fewest, 'ticks'),
      ratio: taken / fewest,
      target: '',
    });
  }
  return { title: 'Ticks into prices and bars against a COPY of the ticks', rows };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await openBenchServer();
  try {
    process.stdout.write(`${renderTable(await benchTicks(server))}\n`);
  } finally {
    await server.close();
  }
}
