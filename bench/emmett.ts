/**
 * Events a second of a rebuild beside the best that could be had of `@event-driven-io/emmett-postgresql` on
 * the very same events, in databases on one server. Ours makes everything it always makes: positions after
 * each transaction, days, portfolios, checkpoints, checksums, keys, verification and the flip. Theirs makes
 * one row a key: what is held, and at what cost.
 *
 *     mkdir /tmp/emmett && cd /tmp/emmett && npm i @event-driven-io/emmett-postgresql @event-driven-io/emmett
 *     BENCH_EMMETT=/tmp/emmett/node_modules node dist/bench/emmett.js
 *
 * What was tuned: its own rebuild calls the projection and stores a checkpoint for every event, so that the
 * yardstick is built on the puller beneath it instead, with pages of 10,000 events (100 by default), no wait
 * between them (50 ms by default), state kept in memory by key, one upsert of the keys changed and one
 * checkpoint a page. The documented rebuild, with the same pages, is shown beside it on fewer events.
 */
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { rawItems } from '../commands/handler/types.ts';
import type { CommandName } from '../commands/schemas/commands.ts';
import { add, decimal, format, multiply, subtract, ZERO } from '../domain/decimal.ts';
import type { Decimal } from '../domain/decimal.ts';
import { collectFacts } from '../projections/replay/facts.ts';
import { createReplayer } from '../projections/replay/replay.ts';
import type { App } from '../cli/app.ts';
import { openBenchApp } from './support/bench-app.ts';
import { loadEmmett } from './support/emmett.ts';
import type { Emmett, EmmettEvent, EmmettPool } from './support/emmett.ts';
import { createOwnDatabase } from './support/own-database.ts';
import { rebuildInProcess } from './support/rebuild-process.ts';
import { type BenchTable, perSecond, renderTable } from './support/report.ts';

const TRANSACTIONS = Number(process.env.TRANSACTIONS ?? 200_000);
/** The documented rebuild is too slow for all of them. */
const DOCUMENTED = 10_000;
const PORTFOLIOS = 200;
const SECURITIES = 20;
const PAGE = 10_000;
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const LAST_DAY = 5;

const HELD = `
  create table held (portfolio_id text, security_id text, quantity numeric not null, cost numeric not null,
                     primary key (portfolio_id, security_id))`;

/** A busy week: transactions on a few days, so that events are what there is most of. */
async function load(app: App): Promise<void> {
  const run = async (name: CommandName, items: object[]) => {
    const context = { source: 'import', pending: 'unchecked' } as const;
    const { results } = await app.commands.run(name, rawItems(items), context);
    const refused = results.find((result) => result.status === 'rejected');
    if (refused) throw new Error(`${name}: ${refused.error?.message}`);
  };
  const portfolio = (index: number) => `P${String(index).padStart(4, '0')}`;
  const security = (index: number) => `S${String(index).padStart(2, '0')}`;
  const each = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => make(i));
  await run(
    'portfolios',
    each(PORTFOLIOS, (i) => ({ portfolio_id: portfolio(i), base_currency: 'EUR' })),
  );
  await run(
    'securities',
    each(SECURITIES, (i) => ({ security_id: security(i), currency: 'EUR', type: 'equity' })),
  );
  await run(
    'prices',
    each(SECURITIES, (i) => ({ security_id: security(i), date: '2025-03-03', price: String(50 + i) })),
  );
  const step = 5_000;
  for (let from = 0; from < TRANSACTIONS; from += step)
    await run(
      'transactions',
      each(Math.min(step, TRANSACTIONS - from), (offset) => {
        const i = from + offset;
        const key = i % (PORTFOLIOS * SECURITIES);
        const date = `2025-03-0${3 + Math.floor((i * LAST_DAY) / TRANSACTIONS)}`;
        const sells = Math.floor(i / (PORTFOLIOS * SECURITIES)) % 3 === 2;
        return {
          transaction_id: `T${i}`,
          portfolio_id: portfolio(key % PORTFOLIOS),
          security_id: security(Math.floor(key / PORTFOLIOS)),
          transaction_date: `${date}T${String(8 + (i % 10)).padStart(2, '0')}:00:00Z`,
          transaction_type: sells ? 'SELL' : 'BUY',
          quantity: sells ? '5' : '7.5',
          price: (50 + (i % 13) / 4).toFixed(2),
        };
      }),
    );
  await run('business-dates', [{ date: `2025-03-0${2 + LAST_DAY}` }]);
}

/** Appends the log's events to the library's own store, stream by stream. */
async function copyEvents(app: App, emmett: Emmett, url: string, most: number): Promise<number> {
  const store = emmett.getPostgreSQLEventStore(url);
  await store.schema.migrate();
  const streams = new Map<string, EmmettEvent[]>();
  let position = 0;
  for (let copied = 0; copied < most;) {
    const page = await app.log.readFeed(position, Math.min(5_000, most - copied));
    for (const { streamId, type, data } of page) {
      const events = streams.get(streamId) ?? [];
      events.push({ type, data: { ...data } });
      streams.set(streamId, events);
    }
    if (page.length === 0) break;
    copied += page.length;
    position = page.at(-1)!.position;
  }
  let copied = 0;
  for (const [streamId, events] of streams) {
    await store.appendToStream(streamId, events);
    copied += events.length;
  }
  await store.close();
  return copied;
}

interface Held {
  readonly quantity: Decimal;
  readonly cost: Decimal;
}

/** Seconds of the tuned rebuild. */
async function rebuildTuned(emmett: Emmett, pool: EmmettPool, url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists held`);
  await client.query(HELD);
  const keys = new Map<string, Held>();
  let checkpoint: bigint | null = null;
  const abort = new AbortController();
  const puller = emmett.postgreSQLEventStoreMessageBatchPuller({
    executor: pool.execute,
    batchSize: PAGE,
    pullingFrequencyInMs: 0,
    stopWhen: { noMessagesLeft: true },
    signal: abort.signal,
    eachBatch: async (events) => {
      const changed = new Set<string>();
      for (const event of events) if (event.type === 'TransactionRecorded') changed.add(apply(keys, event));
      await upsert(client, keys, [...changed]);
      const newCheckpoint = events.at(-1)?.metadata?.globalPosition ?? 0n;
      await emmett.storeProcessorCheckpoint(pool.execute, {
        processorId: `bench-${process.pid}`,
        version: 1,
        newCheckpoint,
        lastProcessedCheckpoint: checkpoint,
      });
      checkpoint = newCheckpoint;
    },
  });
  const started = performance.now();
  await puller.start({ startFrom: 'BEGINNING' });
  const seconds = (performance.now() - started) / 1000;
  if (keys.size === 0) throw new Error('the library projected nothing');
  await client.query(`delete from emt_processors`);
  await client.end();
  return seconds;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Takes one transaction in; returns its key. */
function apply(keys: Map<string, Held>, { data }: EmmettEvent): string {
  const key = `${text(data.portfolio_id)}\t${text(data.security_id)}`;
  const held = keys.get(key) ?? { quantity: ZERO, cost: ZERO };
  const quantity = decimal(text(data.quantity));
  const amount = multiply(quantity, decimal(text(data.price)));
  const buys = data.transaction_type === 'BUY';
  keys.set(key, {
    quantity: buys ? add(held.quantity, quantity) : subtract(held.quantity, quantity),
    cost: buys ? add(held.cost, amount) : subtract(held.cost, amount),
  });
  return key;
}

async function upsert(
  client: pg.Client,
  keys: ReadonlyMap<string, Held>,
  changed: readonly string[],
): Promise<void> {
  const places = changed.map((key) => key.split('\t'));
  const held = changed.map((key) => keys.get(key)!);
  await client.query(
    `insert into held select * from unnest($1::text[], $2::text[], $3::numeric[], $4::numeric[])
     on conflict (portfolio_id, security_id) do update set quantity = excluded.quantity, cost = excluded.cost`,
    [
      places.map(([portfolio]) => portfolio),
      places.map(([, security]) => security),
      held.map(({ quantity }) => format(quantity)),
      held.map(({ cost }) => format(cost)),
    ],
  );
}

/** Seconds of our own fold of the log into what theirs makes: one row a key, and nothing else. */
async function foldAlike(app: App, url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists held`);
  await client.query(HELD);
  const started = performance.now();
  const facts = await collectFacts(app.log, await app.log.head());
  const replayer = createReplayer(facts);
  const keys = new Map<string, Held>();
  for (const [portfolioId, record] of facts.known.portfolios)
    for (const { details, effects } of replayer.portfolio(record)) {
      const after = effects.at(-1)?.after;
      if (after) keys.set(`${portfolioId}\t${details.securityId}`, after);
    }
  await upsert(client, keys, [...keys.keys()]);
  const seconds = (performance.now() - started) / 1000;
  await client.end();
  return seconds;
}

/** Seconds of its documented rebuild, with a projection that only counts: the least it can do. */
async function rebuildDocumented(emmett: Emmett, url: string): Promise<number> {
  let seen = 0;
  const consumer = emmett.rebuildPostgreSQLProjections({
    connectionString: url,
    pulling: { batchSize: PAGE, pullingFrequencyInMs: 0 },
    projections: [
      {
        name: 'held',
        kind: 'bench',
        version: 1,
        canHandle: ['TransactionRecorded'],
        handle: async (events: readonly EmmettEvent[]) => {
          seen += events.length;
        },
      },
    ],
  });
  const started = performance.now();
  await consumer.start();
  const seconds = (performance.now() - started) / 1000;
  await consumer.close();
  if (seen === 0) throw new Error('the library projected nothing');
  return seconds;
}

export async function benchEmmett(modules: string): Promise<BenchTable> {
  const { emmett, openPool } = await loadEmmett(modules);
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  const { app } = bench;
  const theirs = await createOwnDatabase(app.database.url);
  const few = await createOwnDatabase(app.database.url);
  try {
    await load(app);
    const events = await copyEvents(app, emmett, theirs.url, Infinity);
    const fewEvents = await copyEvents(app, emmett, few.url, DOCUMENTED);
    const pool = openPool(theirs.url);
    let [ours, alike, tuned] = [Infinity, Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      ours = Math.min(ours, (await rebuildInProcess(app.database.url)).seconds);
      alike = Math.min(alike, await foldAlike(app, few.url));
      tuned = Math.min(tuned, await rebuildTuned(emmett, pool, theirs.url));
      process.stderr.write(
        `round ${round + 1}: ours ${ours.toFixed(1)} s, alike ${alike.toFixed(1)} s, tuned ${tuned.toFixed(1)} s\n`,
      );
    }
    await pool.close();
    const documented = await rebuildDocumented(emmett, few.url);
    const row = (what: string, seconds: number, theirRate: number, how: string, target: string) => ({
      what,
      measured: perSecond(events / seconds, 'events'),
      yardstick: `${perSecond(theirRate, 'events')} (${how})`,
      ratio: events / seconds / theirRate,
      target,
    });
    return {
      title: `A rebuild from ${events.toLocaleString('en')} events beside emmett-postgresql`,
      rows: [
        row('a rebuild with all it makes, against one row a key', ours, events / tuned, 'tuned', '≥ 5'),
        row('the same against its documented rebuild', ours, fewEvents / documented, 'no rows at all', ''),
        row('one row a key by our fold, lots and days included', alike, events / tuned, 'tuned', ''),
      ],
    };
  } finally {
    await theirs.drop();
    await few.drop();
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const modules = process.env.BENCH_EMMETT;
  if (!modules) throw new Error('BENCH_EMMETT names no node_modules with @event-driven-io/emmett-postgresql');
  process.stdout.write(`${renderTable(await benchEmmett(modules))}\n`);
}
