/**
 * Kafka brokers for tests: the one of the stack, which all tests share, and brokers of a test's own, which
 * it may kill and start again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from './free-port.ts';

const LOG_CONFIGURATION = fileURLToPath(
  new URL('../../infra/native-stack/log4j2.properties', import.meta.url),
);
const START_TIMEOUT_MS = 60_000;

export interface Broker {
  /** `host:port`; the same after every restart. */
  readonly address: string;
  /** Kills it with -9 and resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts it again on the data it had, killing it first if it runs; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it, gently, and removes its data. To be called by every test that started one. */
  stop(): Promise<void>;
}

export interface BrokerOptions {
  /** Broker properties over the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The brokers of the stack, for a client's configuration. */
export function stackBrokers(): string[] {
  return required('TEST_KAFKA_BROKERS').split(',');
}

/** A name no other test uses: the broker of the stack keeps topics and groups from run to run. */
export function uniqueTopic(name: string): string {
  return `${name}-${randomBytes(6).toString('hex')}`;
}

/**
 * Starts a broker of one node with data and ports of its own, and resolves when it answers (about four
 * seconds). It dies with the process that started it.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const home = await mkdtemp(join(tmpdir(), 'chronofolio-kafka-'));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const configuration = join(home, 'broker.properties');
  const settings = { ...usualSettings(home, port, await freePort()), ...options.settings };
  await writeFile(
    configuration,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

  let running: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const child = running;
    running = undefined;
    if (!child || hasEnded(child)) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  const start = async () => {
    running = await java(home, ['kafka.Kafka', configuration]);
    await untilItAnswers(running, address, home);
  };
  const stop = async () => {
    await end('SIGTERM');
    await rm(home, { recursive: true, force: true });
  };
  try {
    await format(home, configuration);
    await start();
  } catch (error) {
    await end('SIGKILL');
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  return {
    address,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL');
      await start();
    },
    stop,
  };
}

function usualSettings(home: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(home, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker may come back only after the session it had is over.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '400',
  };
}

async function format(home: string, configuration: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url');
  // One word: an id that begins with a hyphen would be taken for an option.
  const tool = ['kafka.tools.StorageTool', 'format', '--config', configuration, `--cluster-id=${clusterId}`];
  const child = await java(home, tool);
  if (!hasEnded(child)) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`the broker's folder was not prepared: ${await lastWords(home)}`);
}

/** A Java program of the broker's class path. The kernel ends it when this process is killed. */
async function java(home: string, args: readonly string[]): Promise<ChildProcess> {
  const console = await open(join(home, 'console.log'), 'a');
  try {
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'java', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        ...[
          `-Dchronofolio.log=${join(home, 'broker.log')}`,
          `-Dlog4j2.configurationFile=${LOG_CONFIGURATION}`,
        ],
        ...['-cp', join(required('TEST_KAFKA_LIBS'), '*'), ...args],
      ],
      { stdio: ['ignore', console.fd, console.fd] },
    );
    await once(child, 'spawn');
    return child;
  } finally {
    await console.close();
  }
}

async function untilItAnswers(child: ChildProcess, address: string, home: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(address))) {
    if (hasEnded(child)) throw new Error(`the broker has ended: ${await lastWords(home)}`);
    if (performance.now() > deadline) throw new Error(`the broker does not answer: ${await lastWords(home)}`);
    await delay(100);
  }
}

/**
 * Whether the broker takes part in its cluster, which is when it can be written to, and has read what it
 * knows of consumer groups, or made the topic for it.
 */
async function answers(address: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.fetchOffsets({ groupId: 'is-the-broker-ready' });
    return brokers.length === 1;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function lastWords(home: string): Promise<string> {
  const read = (file: string) => readFile(join(home, file), 'utf8').catch(() => '');
  return `${await read('console.log')}${await read('broker.log')}`.trim().split('\n').slice(-12).join('\n');
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: eval "$(npm run --silent stack -- env)"`);
  return value;
}
