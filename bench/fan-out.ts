/**
 * One corrected price, or exchange rate, that many portfolios hold: from its commit in the log until all of
 * them are flipped, against the `COPY` of the very rows that this wrote into tables with their keys in place.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { rawItems } from '../commands/handler/types.ts';
import { day, isoDate } from '../domain/dates.ts';
import type { Day } from '../domain/dates.ts';
import type { CommandName } from '../commands/schemas/commands.ts';
import { openBenchApp } from './support/bench-app.ts';
import type { BenchApp } from './support/bench-app.ts';
import { type BenchRow, type BenchTable, median, renderTable } from './support/report.ts';
import { connect, DAILY, makeYard } from './support/yard.ts';

const LAST = day('2025-12-31');
const FIRST = LAST - 400;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** Before the figures count: code and caches are warm in a process that lives. */
const WARM_UP = 2;

interface Correction {
  readonly what: string;
  readonly portfolios: number;
  readonly target: string;
  readonly command: 'prices' | 'fx-rates';
  readonly items: (round: number) => object[];
}

async function run(bench: BenchApp, name: CommandName, items: object[]): Promise<number> {
  const { results, position } = await bench.app.commands.run(name, rawItems(items), { source: 'cli' });
  const refused = results.find((result) => result.status === 'rejected');
  if (refused) throw new Error(`${name}: ${refused.error?.message}`);
  return position;
}

function everyDay(from: Day, item: (date: Day) => object): object[] {
  return Array.from({ length: LAST - from + 1 }, (_, i) => item(from + i));
}

/** A price of two decimals that no two rounds have in common. */
function amount(date: Day, round: number): string {
  return (100 + (date % 37) + round * 0.01).toFixed(2);
}

/** Portfolios in EUR that each hold a security in EUR and one in USD beside some of their own. */
async function holders(bench: BenchApp, group: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => `${group}_${String(i).padStart(4, '0')}`);
  await run(
    bench,
    'portfolios',
    ids.map((id) => ({ portfolio_id: id, base_currency: 'EUR' })),
  );
  const securities = [
    { security_id: `${group}_EUR`, currency: 'EUR', type: 'equity' },
    { security_id: `${group}_USD`, currency: group === 'MANY' ? 'USD' : 'GBP', type: 'equity' },
    { security_id: `${group}_OTHER`, currency: 'EUR', type: 'equity' },
  ];
  await run(bench, 'securities', securities);
  for (const { security_id, currency } of securities)
    await run(
      bench,
      'prices',
      everyDay(FIRST, (date) => ({ security_id, currency, date: isoDate(date), price: amount(date, 0) })),
    );
  await run(
    bench,
    'transactions',
    ids.flatMap((id, i) => [
      {
        transaction_id: `${id}-D`,
        portfolio_id: id,
        security_id: 'CASH_EUR',
        transaction_date: isoDate(FIRST),
        transaction_type: 'DEPOSIT',
        gross_transaction_amount: '1000000',
        quantity: '0',
        price: '0',
      },
      ...securities.map(({ security_id, currency }) => ({
        transaction_id: `${id}-${security_id}`,
        portfolio_id: id,
        security_id,
        currency,
        transaction_date: isoDate(FIRST + 1),
        transaction_type: 'BUY',
        quantity: String(10 + (i % 90)),
        price: '101.5',
      })),
    ]),
  );
}

/** Writes the rows that are newer than the epochs noted before into files; how many there are. */
async function dumpWritten(url: string, schema: string, directory: string): Promise<number> {
  const client = await connect(url, schema);
  let rows = 0;
  for (const table of DAILY) {
    const keys = table === 'portfolio_timeseries' ? 'portfolio_no' : 'portfolio_no, security_no';
    const written = `select t.* from ${table} t
                     join ${table === 'portfolio_timeseries' ? 'portfolio_epochs' : 'position_epochs'} e using (${keys})
                     where t.epoch > e.epoch and t.superseded_by is null`;
    await client.query(`create temp table written as ${written}`);
    const { rows: counted } = await client.query<{ n: string }>('select count(*) as n from written');
    rows += Number(counted[0]!.n);
    await pipeline(client.query(copyTo('copy written to stdout')), createWriteStream(join(directory, table)));
    await client.query('drop table written');
  }
  await client.end();
  return rows;
}

async function noteEpochs(url: string, schema: string): Promise<void> {
  const client = await connect(url, schema);
  await client.query(`drop table if exists position_epochs, portfolio_epochs`);
  await client.query(
    `create table position_epochs as select portfolio_no, security_no, epoch from position_state`,
  );
  await client.query(`create table portfolio_epochs as select portfolio_no, epoch from portfolio_state`);
  await client.end();
}

/** Milliseconds of one transaction that copies the files into keyed tables. */
async function copyTime(url: string, directory: string): Promise<number> {
  await makeYard(url, 'yard');
  const client = await connect(url, 'yard');
  const started = performance.now();
  await client.query('begin');
  for (const table of DAILY)
    await pipeline(
      createReadStream(join(directory, table)),
      client.query(copyFrom(`copy ${table} from stdin`)),
    );
  await client.query('commit');
  const ms = performance.now() - started;
  await client.end();
  return ms;
}

async function measure(bench: BenchApp, correction: Correction): Promise<BenchRow> {
  const { app, directory } = bench;
  const { url } = app.database;
  const flips: number[] = [];
  const copies: number[] = [];
  let rows = 0;
  for (let round = 1; round <= WARM_UP + ROUNDS; round++) {
    await noteEpochs(url, 'gen_a');
    const position = await run(bench, correction.command, correction.items(round));
    const started = performance.now();
    await app.projections.whenProjected(position, 120_000);
    const ms = performance.now() - started;
    if (round <= WARM_UP) continue;
    flips.push(ms);
    rows = await dumpWritten(url, 'gen_a', directory);
    copies.push(await copyTime(url, directory));
  }
  const [flip, copy] = [median(flips), median(copies)];
  return {
    what: `${correction.what}, held by ${correction.portfolios.toLocaleString('en')} portfolios`,
    measured: `${flip.toFixed(0)} ms (${rows.toLocaleString('en')} rows, ${Math.round((rows / flip) * 1000).toLocaleString('en')} rows/s)`,
    yardstick: `${copy.toFixed(0)} ms`,
    ratio: flip / copy,
    target: correction.target,
  };
}

function corrections(): Correction[] {
  const prices = (group: string, from: Day, through: Day) => (round: number) =>
    everyDay(from, (date) => ({
      security_id: `${group}_EUR`,
      currency: 'EUR',
      date: isoDate(date),
      price: amount(date, round),
    })).slice(0, through - from + 1);
  const rates = (currency: string, from: Day, through: Day) => (round: number) =>
    everyDay(from, (date) => ({
      from_currency: currency,
      to_currency: 'EUR',
      date: isoDate(date),
      rate: (0.9 + round * 0.0001).toFixed(4),
    })).slice(0, through - from + 1);
  const target = '≤ 1.5';
  return [
    {
      what: '30 days of corrected closes',
      portfolios: 1_000,
      target,
      command: 'prices',
      items: prices('MANY', LAST - 30, LAST - 1),
    },
    {
      what: '30 days of corrected closes',
      portfolios: 100,
      target: '',
      command: 'prices',
      items: prices('SOME', LAST - 30, LAST - 1),
    },
    {
      what: '30 days of corrected exchange rates',
      portfolios: 1_000,
      target: '',
      command: 'fx-rates',
      items: rates('USD', LAST - 30, LAST - 1),
    },
    {
      what: 'one corrected close, 30 days back',
      portfolios: 1_000,
      target: '',
      command: 'prices',
      items: prices('MANY', LAST - 30, LAST - 30),
    },
  ];
}

export async function benchFanOut(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  try {
    for (const currency of ['USD', 'GBP'])
      await run(
        bench,
        'fx-rates',
        everyDay(FIRST, (date) => ({
          from_currency: currency,
          to_currency: 'EUR',
          date: isoDate(date),
          rate: '0.9',
        })),
      );
    await holders(bench, 'MANY', 1_000);
    await holders(bench, 'SOME', 100);
    await run(bench, 'business-dates', [{ date: isoDate(LAST) }]);
    await bench.app.projections.catchUp();
    bench.app.projections.start();
    const rows: BenchRow[] = [];
    for (const correction of corrections()) rows.push(await measure(bench, correction));
    await bench.app.projections.stop();
    return { title: 'A corrected price or rate, from its commit until all that hold it are flipped', rows };
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchFanOut())}\n`);
