/**
 * From Kafka to portfolio rows, against a consumer that only inserts the messages. Both are processes of
 * their own that have joined their group before the messages are sent; the clock is the database's, from
 * the first commit to the last one.
 *
 * Needs a broker: KAFKA_BROKERS.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { configure } from '../cli/wiring.ts';
import { rawItems } from '../commands/handler/types.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { type BenchServer, openBenchServer } from './support/bench-server.ts';
import {
  closes,
  createTopics,
  deleteTopics,
  groupIsStable,
  OPEN_DAY,
  PORTFOLIOS,
  produce,
  SECURITIES,
} from './support/kafka-load.ts';
import type { Cluster } from './support/kafka-load.ts';
import { INSERTED_TABLE } from './support/kafka-inserter.ts';
import { type BenchRow, type BenchTable, median, perSecond, renderTable } from './support/report.ts';

const MESSAGES = 40_000;
const ROUNDS = 3;
const PARTITIONS = 4;
const TOPIC = 'processed_transactions_completed';

const built = extname(import.meta.url) === '.js';
const inserter = fileURLToPath(
  new URL(`./support/kafka-inserter${extname(import.meta.url)}`, import.meta.url),
);
const program = fileURLToPath(
  new URL(built ? '../../bin/chronofolio.js' : '../bin/chronofolio.js', import.meta.url),
);

interface Run {
  readonly cluster: Cluster;
  readonly prefix: string;
  readonly url: string;
  readonly database: Database;
}

/** @returns messages a second. */
type Measure = (run: Run, workers: number) => Promise<number>;

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function withWorkers<T>(workers: readonly ChildProcess[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
  }
}

async function ratio(database: Database, sql: string): Promise<number> {
  const [row] = await database.query<{ seconds: string }>(sql);
  return MESSAGES / Number(row?.seconds);
}

const inserting: Measure = async ({ cluster, prefix, url, database }, workers) => {
  await database.query(INSERTED_TABLE);
  const task = { url, brokers: cluster.brokers, topic: prefix + TOPIC, groupId: `${prefix}insert` };
  const children = Array.from({ length: workers }, () => fork(inserter, [JSON.stringify(task)]));
  return withWorkers(children, async () => {
    await groupIsStable(cluster, task.groupId, workers);
    await produce(cluster, task.topic, MESSAGES);
    await until(async () => {
      const [row] = await database.query<{ n: number }>(`select count(*) as n from inserted_messages`);
      return row?.n === MESSAGES;
    });
    return ratio(
      database,
      `select extract(epoch from max(inserted_at) - min(inserted_at)) as seconds from inserted_messages`,
    );
  });
};

function serving(role: 'all' | 'positions'): Measure {
  return async ({ cluster, prefix, url, database }, workers) => {
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      KAFKA_BROKERS: cluster.brokers.join(','),
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_GROUP_PREFIX: prefix,
      KAFKA_TOPIC: `${prefix}price-ticks`,
      KAFKA_GROUP_ID: `${prefix}ticks`,
      LOG_LEVEL: 'error',
      PORT: '0',
    };
    await seed(env);
    const children = Array.from({ length: workers }, () =>
      fork(program, ['serve', '--role', role], {
        env,
        execArgv: ['--max-semi-space-size=64'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
    );
    return withWorkers(children, async () => {
      await groupIsStable(cluster, `${prefix}-positions`, workers);
      await produce(cluster, prefix + TOPIC, MESSAGES);
      await until(async () => {
        const [row] = await database.query<{ done: boolean }>(
          `select (select count(*) from idempotency_keys) = $1
                  and (select position from gen_a.checkpoints where name = 'register') = (select max(position) from events)
                  and not exists (select from gen_a.dirty) as done`,
          [MESSAGES],
        );
        return row?.done === true;
      });
      const [rows] = await database.query<{ portfolios: number }>(
        `select count(*) as portfolios from gen_a.portfolio_timeseries where superseded_by is null`,
      );
      if (rows?.portfolios !== PORTFOLIOS)
        throw new Error(`${rows?.portfolios} portfolio rows instead of ${PORTFOLIOS}`);
      // The statement above ran after the last commit: this clock is at most one look late.
      return ratio(
        database,
        `select extract(epoch from clock_timestamp() - min(recorded_at)) as seconds
         from events where type = 'TransactionRecorded'`,
      );
    });
  };
}

/** Securities, their closes and the open day, before anything is measured. */
async function seed(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const app = await configure({ ...env, KAFKA_BROKERS: undefined }).open({ role: 'cli' });
  try {
    await app.commands.run('prices', rawItems(closes()), { source: 'cli' });
    await app.commands.run('business-dates', rawItems([{ date: OPEN_DAY }]), { source: 'cli' });
    await app.projections.catchUp();
  } finally {
    await app.close();
  }
}

async function measured(
  server: BenchServer,
  cluster: Cluster,
  measure: Measure,
  workers: number,
): Promise<number> {
  const prefix = `bench-${randomBytes(4).toString('hex')}.`;
  const { url, drop } = await server.createDatabase();
  const database = openDatabase({ url, maxConnections: 2 });
  try {
    await createTopics(cluster, [prefix + TOPIC], PARTITIONS);
    return await measure({ cluster, prefix, url, database }, workers);
  } finally {
    await database.close();
    await drop();
    await deleteTopics(cluster, prefix);
  }
}

export async function benchKafka(server: BenchServer, cluster: Cluster): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  const cases = [
    { what: 'one process with every role', measure: serving('all'), workers: 1, target: '≥ 0.5' },
    { what: 'one process of the role positions', measure: serving('positions'), workers: 1, target: '' },
    { what: 'two of them', measure: serving('positions'), workers: 2, target: '' },
    { what: 'four of them', measure: serving('positions'), workers: 4, target: '' },
  ];
  for (const { what, measure, workers, target } of cases) {
    const rounds: { ours: number; yardstick: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({
        yardstick: await measured(server, cluster, inserting, workers),
        ours: await measured(server, cluster, measure, workers),
      });
    rows.push({
      what: `${what}, ${MESSAGES.toLocaleString('en')} transactions of ${PORTFOLIOS} portfolios in ${SECURITIES} securities`,
      measured: perSecond(median(rounds.map(({ ours }) => ours)), 'transactions'),
      yardstick: perSecond(median(rounds.map(({ yardstick }) => yardstick)), 'messages'),
      ratio: median(rounds.map(({ ours, yardstick }) => ours / yardstick)),
      target,
    });
  }
  return {
    title: `From Kafka to portfolio rows, ${PARTITIONS} partitions, against as many consumers that only insert`,
    rows,
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const brokers = process.env.KAFKA_BROKERS?.split(',');
  if (!brokers) throw new Error('KAFKA_BROKERS must name a broker');
  const server = await openBenchServer();
  try {
    process.stdout.write(`${renderTable(await benchKafka(server, { brokers }))}\n`);
  } finally {
    await server.close();
  }
}
