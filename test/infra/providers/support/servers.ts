/** Servers that play a provider: what they answer is up to the test. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface HttpStand {
  readonly url: string;
  /** Paths with their queries, in the order asked. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function httpStand(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<HttpStand> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface SocketStand {
  readonly url: string;
  /** Every connection there ever was, and what came over it. */
  readonly connections: {
    readonly socket: WebSocket;
    readonly request: IncomingMessage;
    readonly received: string[];
  }[];
  close(): Promise<void>;
}

export async function socketStand(
  greet: (socket: WebSocket, count: number) => void = () => undefined,
): Promise<SocketStand> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const connections: SocketStand['connections'] = [];
  server.on('connection', (socket, request) => {
    const received: string[] = [];
    socket.on('message', (data: Buffer) => received.push(data.toString('utf8')));
    connections.push({ socket, request, received });
    greet(socket, connections.length);
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    connections,
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

const PATIENCE_MS = 10_000;

export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`it never came about: ${what}`);
    await delay(5);
  }
}
