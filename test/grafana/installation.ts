/** A whole installation for a test: every role in a process of its own, and a Prometheus that scrapes them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { ROOT, fileOf } from '../compose/compose.ts';
import { createTestDatabase } from '../support/database.ts';
import { forkTypeScript } from '../support/fork.ts';
import { freePort } from '../support/free-port.ts';
import { stackBrokers, uniqueTopic } from '../support/kafka-broker.ts';

const START_MS = 60_000;

export interface Installation {
  /** Posts to the API and expects to be understood. */
  post(path: string, body: unknown): Promise<void>;
  get(path: string): Promise<void>;
  /** Sends messages to a topic, by its name without the prefix. */
  send(topic: string, messages: readonly { key: string; value: string }[]): Promise<void>;
  /** The series that Prometheus has for an expression now. */
  query(expression: string): Promise<Series[]>;
  close(): Promise<void>;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const scrapeConfig = z.object({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
});
const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

export async function startInstallation(): Promise<Installation> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const database = await createTestDatabase();
    closers.push(() => database.close());
    const prefix = `${uniqueTopic('grafana')}.`;
    const shared = {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: stackBrokers().join(','),
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_GROUP_PREFIX: prefix,
      KAFKA_TOPIC: `${prefix}price-ticks`,
      KAFKA_GROUP_ID: `${prefix}ticks`,
      KAFKA_PARTITIONS: '2',
      VERIFY_EVERY_HOURS: '1',
      LOG_LEVEL: 'error',
    };
    const ports: Record<string, number> = {};
    for (const role of ['api', 'positions', 'timeseries', 'market-data']) {
      const port = await freePort();
      const metricsPort = role === 'market-data' ? await freePort() : port;
      const own: Record<string, string> =
        role === 'market-data'
          ? { REST_API_PORT: String(port), WEBSOCKET_PORT: '0', METRICS_PORT: String(metricsPort) }
          : { PORT: String(port) };
      const child = serve(role, { ...shared, ...own });
      closers.push(() => ended(child));
      await answers(`http://127.0.0.1:${port}/health/ready`, child);
      ports[role] = metricsPort;
    }
    const prometheus = await startPrometheus(ports);
    closers.push(prometheus.close);

    const producer = new Kafka({
      brokers: stackBrokers(),
      clientId: 'upstream',
      logLevel: logLevel.NOTHING,
    }).producer();
    await producer.connect();
    closers.push(() => producer.disconnect());

    const api = `http://127.0.0.1:${ports['api'] ?? 0}`;
    const understood = async (reply: Response) => {
      if (!reply.ok) throw new Error(`${reply.url}: ${reply.status} ${await reply.text()}`);
      await reply.arrayBuffer();
    };
    return {
      post: async (path, body) =>
        understood(
          await fetch(`${api}${path}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
          }),
        ),
      get: async (path) => understood(await fetch(`${api}${path}`)),
      send: async (topic, messages) => {
        await producer.send({ topic: `${prefix}${topic}`, messages: [...messages] });
      },
      query: prometheus.query,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The process inherits the environment as it is at the fork. */
function serve(role: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    return forkTypeScript(new URL('cli/main.ts', ROOT), ['serve', '--role', role]);
  } finally {
    process.env = before;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  await vi.waitFor(
    async () => {
      const reply = await fetch(url);
      if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
    },
    { timeout: START_MS, interval: 100 },
  );
  if (hasEnded(child)) throw new Error(`the process of ${url} has ended`);
}

/** Our own configuration, with the addresses of these processes in place of names and a quicker pulse. */
async function startPrometheus(ports: Readonly<Record<string, number>>) {
  const configuration = scrapeConfig.parse(parse(fileOf('infra/prometheus/prometheus.yml')));
  const home = await mkdtemp(join(tmpdir(), 'chronofolio-prometheus-'));
  const port = await freePort();
  await writeFile(
    join(home, 'prometheus.yml'),
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: configuration.rule_files.map((glob) =>
        fileURLToPath(new URL(`infra/prometheus/${glob}`, ROOT)),
      ),
      scrape_configs: configuration.scrape_configs
        .filter(({ job_name }) => job_name in ports)
        .map(({ job_name }) => ({
          job_name,
          static_configs: [{ targets: [`127.0.0.1:${ports[job_name] ?? 0}`] }],
        })),
    }),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(child, 'spawn');
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    await ended(child);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await answers(`${url}/-/ready`, child);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async query(expression: string): Promise<Series[]> {
      const reply = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = answer.parse(await reply.json());
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
  };
}
