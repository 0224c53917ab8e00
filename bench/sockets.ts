/**
 * One price to many WebSocket clients: the hub, with all it does besides, against a bare loop of `ws` that
 * sends the same text to every client. The clients are in a process of their own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { createSocketHub } from '../api/sockets/hub.ts';
import { textFrame } from '../api/sockets/frame.ts';
import { DEFAULT_SOCKET_LIMITS } from '../api/sockets/limits.ts';
import { outbound } from '../api/sockets/messages.ts';
import { SILENT_LOGGER } from '../projections/logger.ts';
import { createMarketEvents } from '../projections/market/model.ts';
import type { Snapshot } from '../projections/market/model.ts';
import { type BenchRow, type BenchTable, median, perSecond, renderTable } from './support/report.ts';
import { clock } from './support/socket-swarm.ts';
import type { Swarm, SwarmOrder, SwarmReport } from './support/socket-swarm.ts';

const SWARM = fileURLToPath(new URL(`./support/socket-swarm${extname(import.meta.url)}`, import.meta.url));
const SIZES = (process.env.SOCKETS ?? '1000,10000').split(',').map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Messages to every socket in one measurement, few enough for their buffers. */
const BURST = 10;
const BURSTS = 8;
const WARM_UP = 2;

interface Server {
  readonly port: number;
  send(snapshot: Snapshot): void;
  close(): Promise<void>;
}

interface Figures {
  /** Messages to one socket each, in a second. */
  readonly rate: number;
  /** From publishing one price until it is at half the sockets, and at all but one in a hundred. */
  readonly p50: number;
  readonly p99: number;
}

async function openHub(): Promise<Server> {
  const events = createMarketEvents((error) => {
    throw error;
  });
  const hub = createSocketHub({
    snapshots: { all: async () => [], many: async () => [] },
    events,
    // The clients answer no pings, and a bare server sends none.
    limits: { ...DEFAULT_SOCKET_LIMITS, pingMs: 3_600_000 },
    logger: SILENT_LOGGER,
    metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  return {
    port: Number(new URL(url).port),
    send: (snapshot) => events.publish({ type: 'prices', snapshots: [snapshot] }),
    close: () => hub.close(),
  };
}

async function openBare(): Promise<Server> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 4_096, perMessageDeflate: false });
  await once(wss, 'listening');
  return {
    port: (wss.address() as AddressInfo).port,
    send(snapshot) {
      const text = outbound.price(snapshot, Date.now());
      for (const client of wss.clients) if (client.readyState === client.OPEN) client.send(text);
    },
    async close() {
      for (const client of wss.clients) client.terminate();
      await new Promise((resolve) => wss.close(resolve));
    },
  };
}

let at = Date.UTC(2025, 7, 22, 14);

/** Of the same length each time. */
function nextPrice(): Snapshot {
  at++;
  return {
    id: '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b',
    symbol: 'AAPL',
    price: 187.32,
    timestamp: at,
    volume: 300,
    bid: 187.31,
    ask: 187.33,
    created_at: '2025-08-22T08:30:00.123456Z',
    updated_at: '2025-08-22T14:30:00.123456Z',
  };
}

const FRAME_BYTES = textFrame(outbound.price(nextPrice(), Date.now())).length;
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function measure(openServer: () => Promise<Server>, sockets: number): Promise<Figures> {
  const server = await openServer();
  const swarm: Swarm = {
    port: server.port,
    sockets,
    message: JSON.stringify({ type: 'subscribe', symbol: 'AAPL' }),
  };
  const child = fork(SWARM, [JSON.stringify(swarm)]);
  const next = async (): Promise<SwarmReport> => {
    const [report] = (await once(child, 'message')) as [SwarmReport];
    return report;
  };
  const order = (message: SwarmOrder) => child.send(message);
  await next();
  order({ type: 'quiet' });
  await next();

  const run = async (messages: number) => {
    order({ type: 'expect', bytes: messages * sockets * FRAME_BYTES });
    await next();
    const done = next();
    const started = clock();
    for (let i = 0; i < messages; i++) {
      server.send(nextPrice());
      await turn();
    }
    const report = await done;
    if (report.type !== 'done') throw new Error(`told ${report.type}`);
    return { ms: clock() - started, p50: report.p50 - started, p99: report.p99 - started };
  };
  const figures = [];
  for (let i = -WARM_UP; i < BURSTS; i++) {
    const [burst, single] = [await run(BURST), await run(1)];
    if (i >= 0)
      figures.push({ rate: (BURST * sockets * 1_000) / burst.ms, p50: single.p50, p99: single.p99 });
  }
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
  await server.close();
  return {
    rate: median(figures.map(({ rate }) => rate)),
    p50: median(figures.map(({ p50 }) => p50)),
    p99: median(figures.map(({ p99 }) => p99)),
  };
}

const middle = (all: readonly Figures[], of: keyof Figures) => median(all.map((figures) => figures[of]));
const latency = (all: readonly Figures[]) =>
  `p50 ${middle(all, 'p50').toFixed(1)} ms, p99 ${middle(all, 'p99').toFixed(1)} ms`;

export async function benchSockets(): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const sockets of SIZES) {
    const ours: Figures[] = [];
    const bare: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await measure(openHub, sockets));
      bare.push(await measure(openBare, sockets));
    }
    const [rate, yardstick] = [middle(ours, 'rate'), middle(bare, 'rate')];
    const many = sockets.toLocaleString('en');
    rows.push({
      what: `prices to ${many} sockets`,
      measured: perSecond(rate, 'messages'),
      yardstick: perSecond(yardstick, 'messages'),
      ratio: rate / yardstick,
      target: '≥ 0.8',
    });
    rows.push({
      what: `one price, from its publication until it is at ${many} sockets`,
      measured: latency(ours),
      yardstick: latency(bare),
      ratio: middle(ours, 'p99') / middle(bare, 'p99'),
      target: '',
    });
  }
  return { title: 'Prices over WebSocket, beside a bare loop of ws', rows };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchSockets())}\n`);
