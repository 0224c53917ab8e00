/**
 * A process with many WebSocket connections that do next to nothing with what they get: they count its
 * bytes, and note when they came. Told what to do by its one argument; says `open`, then for each
 * `expect` answers `ready`, and `done` when so many bytes have come.
 */
import { connect } from 'node:net';
import { quantile } from './latencies.ts';

export interface Swarm {
  readonly port: number;
  readonly sockets: number;
  /** Sent by each as soon as it is connected. */
  readonly message: string;
}

export type SwarmOrder = { readonly type: 'quiet' } | { readonly type: 'expect'; readonly bytes: number };

export type SwarmReport =
  | { readonly type: 'open' | 'quiet' | 'ready' }
  /** When half of the sockets, and all but one in a hundred, had their bytes: `clock()`. */
  | { readonly type: 'done'; readonly p50: number; readonly p99: number };

/** Milliseconds, the same for all processes of a machine. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Connected at a time: more would overflow the queue of those who wait to be let in. */
const CONNECTING = 200;
const QUIET_MS = 200;

let bytes = 0;
let expected = Infinity;
let arrivals: number[] = [];
let heard = 0;

/** A text frame of a client, masked with nothing. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

function report(message: SwarmReport): void {
  process.send?.(message);
}

function open({ port, message }: Swarm): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.write(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c29tZXRoaW5nIHJhbmRvbQ==\r\n\r\n',
    );
    socket.once('data', () => {
      socket.write(masked(message));
      socket.on('data', (data) => {
        heard = performance.now();
        bytes += data.length;
        arrivals.push(clock());
        if (bytes < expected) return;
        expected = Infinity;
        report({ type: 'done', p50: quantile(arrivals, 0.5), p99: quantile(arrivals, 0.99) });
      });
      resolve();
    });
  });
}

function quiet(): void {
  if (performance.now() - heard < QUIET_MS) {
    setTimeout(quiet, QUIET_MS);
    return;
  }
  report({ type: 'quiet' });
}

if (process.send) {
  const swarm = JSON.parse(process.argv[2]!) as Swarm;
  process.on('message', (order: SwarmOrder) => {
    if (order.type === 'quiet') return quiet();
    bytes = 0;
    arrivals = [];
    expected = order.bytes;
    report({ type: 'ready' });
  });
  // Nobody is left to give orders.
  process.on('disconnect', () => process.exit());
  for (let i = 0; i < swarm.sockets; i += CONNECTING)
    await Promise.all(Array.from({ length: Math.min(CONNECTING, swarm.sockets - i) }, () => open(swarm)));
  report({ type: 'open' });
}
