/**
 * A back-dated trade, from its commit in the log to readable at the portfolio level, on a position of one
 * year and on one of ten: the cost should grow with the days restated and not with the history.
 */
import { pathToFileURL } from 'node:url';
import { rawItems } from '../commands/handler/types.ts';
import { isoDate, day } from '../domain/dates.ts';
import type { App } from '../cli/app.ts';
import { openBenchApp } from './support/bench-app.ts';
import { type BenchRow, type BenchTable, renderTable } from './support/report.ts';

const LAST = day('2025-12-31');
const ROUNDS = Number(process.env.ROUNDS ?? 150);

/** A portfolio with one position bought monthly, and closes for every day of its life. */
async function history(app: App, id: string, years: number): Promise<void> {
  const first = LAST - Math.round(365.25 * years);
  const security = `SEC_${id}`;
  const run = async (name: Parameters<App['commands']['run']>[0], items: object[]) => {
    const { results } = await app.commands.run(name, rawItems(items), { source: 'cli' });
    const refused = results.find((result) => result.status === 'rejected');
    if (refused) throw new Error(`${name}: ${refused.error?.message}`);
  };
  await run('portfolios', [{ portfolio_id: id, base_currency: 'EUR' }]);
  await run('securities', [{ security_id: security, currency: 'EUR', type: 'equity' }]);
  const closes = [];
  for (let date = first; date <= LAST; date++)
    closes.push({ security_id: security, date: isoDate(date), price: (100 + (date % 37)).toFixed(2) });
  await run('prices', closes);
  const buys = [];
  for (let date = first; date < LAST - 60; date += 30)
    buys.push({
      transaction_id: `${id}-${date}`,
      portfolio_id: id,
      security_id: security,
      transaction_date: isoDate(date),
      transaction_type: 'BUY',
      quantity: '10',
      price: '101.5',
    });
  await run('transactions', buys);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** Milliseconds from the append's commit until readers' tables hold it, over many trades. */
async function latencies(app: App, id: string, daysBack: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS + 20; round++) {
    const { position } = await app.commands.run(
      'transactions',
      rawItems([
        {
          transaction_id: `${id}-late-${daysBack}-${round}`,
          portfolio_id: id,
          security_id: `SEC_${id}`,
          transaction_date: isoDate(LAST - daysBack),
          transaction_type: 'BUY',
          quantity: '1',
          price: '100',
        },
      ]),
      { source: 'cli' },
    );
    const started = performance.now();
    await app.projections.whenProjected(position);
    // The first ones warm the code up.
    if (round >= 20) times.push(performance.now() - started);
  }
  return times;
}

export async function benchRestatement(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  const { app } = bench;
  try {
    await history(app, 'ONE_YEAR', 1);
    await history(app, 'TEN_YEARS', 10);
    await app.commands.run('business-dates', rawItems([{ date: isoDate(LAST) }]), { source: 'cli' });
    await app.projections.catchUp();
    app.projections.start();
    const rows: BenchRow[] = [];
    for (const daysBack of [3, 30, 300]) {
      const year = await latencies(app, 'ONE_YEAR', daysBack);
      const decade = await latencies(app, 'TEN_YEARS', daysBack);
      const text = (times: readonly number[]) =>
        `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
      rows.push({
        what: `trade back-dated by ${daysBack} days, on ten years of history`,
        measured: text(decade),
        yardstick: `${text(year)} (on one year)`,
        ratio: quantile(decade, 0.5) / quantile(year, 0.5),
        target: daysBack === 3 ? 'p99 ≤ 50 ms' : '',
      });
    }
    await app.projections.stop();
    return { title: 'A back-dated trade, committed to readable at the portfolio level', rows };
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchRestatement())}\n`);
