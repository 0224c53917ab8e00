/** A client of the WebSocket, as somebody's program would be: it keeps what it is told. */
import { once } from 'node:events';
import WebSocket from 'ws';

export interface Told {
  readonly type: string;
  readonly symbol?: string;
  readonly data?: { readonly price: number; readonly timestamp: number; readonly volume?: number };
  readonly [field: string]: unknown;
}

export interface SocketClient {
  readonly told: readonly Told[];
  /** The last price of each symbol. */
  readonly prices: ReadonlyMap<string, number>;
  /** Symbols whose prices went back in time. */
  readonly backwards: readonly string[];
  send(message: object): void;
  close(): Promise<void>;
}

/** @param url of the HTTP server; the path is `/ws` */
export async function connectClient(url: string): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`);
  const told: Told[] = [];
  const prices = new Map<string, number>();
  const times = new Map<string, number>();
  const backwards: string[] = [];
  socket.on('message', (bytes: Buffer) => {
    const message: Told = JSON.parse(bytes.toString('utf8'));
    told.push(message);
    if (message.type !== 'price_update') return;
    const { symbol = '', data } = message;
    if (data!.timestamp < (times.get(symbol) ?? 0)) backwards.push(symbol);
    times.set(symbol, data!.timestamp);
    prices.set(symbol, data!.price);
  });
  // A server that is killed cuts it; the test sees it by what does not come.
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return {
    told,
    prices,
    backwards,
    send: (message) => socket.send(JSON.stringify(message)),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.terminate();
      await closed;
    },
  };
}
