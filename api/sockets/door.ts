/** Who may come in: upgrades of HTTP connections to WebSocket ones. */
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { answeredProtocol } from '../access/bearer.ts';
import type { Guest, SocketGuard } from './guard.ts';
import type { SocketLimits } from './limits.ts';

export interface Door {
  /** Answers the upgrades of a server: at `path` those that may come in, elsewhere with 404. */
  attach(server: Server, path: string | undefined): void;
  /** A server of its own, that takes upgrades at any path. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly url: string }>;
  /** Nobody comes in any more. Resolves when its own server is closed: its connections have to be, first. */
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly limits: SocketLimits;
  readonly connections: () => number;
  /** Asks who comes in. */
  readonly guard: SocketGuard;
  readonly enter: (ws: WebSocket, socket: Socket, guest: Guest) => void;
  /** Who comes in cannot be asked. */
  readonly onError: (error: unknown) => void;
  readonly refused: () => void;
}

const UNAVAILABLE = '503 Service Unavailable';

export function createDoor(options: DoorOptions): Door {
  const { limits, guard, connections, enter, refused } = options;
  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    handleProtocols: answeredProtocol,
  });
  let own: Server | undefined;
  let closed = false;
  /** On their way in: they count, or a thousand at once would all find room. */
  let entering = 0;

  function refuse(socket: Duplex, status: string): void {
    refused();
    socket.on('error', () => undefined);
    const challenge = status.startsWith('401') ? 'WWW-Authenticate: Bearer realm="chronofolio"\r\n' : '';
    socket.end(`HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  /** While somebody is asked who they are, everybody may be shut out. */
  const isClosed = (): boolean => closed;

  /** What to answer those who are not even asked who they are. */
  function shutOut(request: IncomingMessage, path: string | undefined): string | undefined {
    if (path !== undefined && request.url?.split('?')[0] !== path) return '404 Not Found';
    if (!originAllowed(request, limits.origins)) return '403 Forbidden';
    return isClosed() || connections() + entering >= limits.maxConnections ? UNAVAILABLE : undefined;
  }

  async function upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    path: string | undefined,
  ): Promise<void> {
    const status = shutOut(request, path);
    if (status !== undefined) {
      refuse(socket, status);
      return;
    }
    entering++;
    let counted = true;
    const done = () => {
      if (counted) entering--;
      counted = false;
    };
    // A handshake that is no good ends the connection without a word to us.
    socket.once('close', done);
    const ignore = () => undefined;
    socket.on('error', ignore);
    const entry = await guard.ask(request);
    socket.off('error', ignore);
    if (typeof entry === 'string' || isClosed()) {
      refuse(socket, typeof entry === 'string' ? entry : UNAVAILABLE);
      return;
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      done();
      // Upgraded connections of an HTTP server are sockets; its types say less.
      enter(ws, request.socket, entry);
    });
  }

  return {
    attach(server, path) {
      server.on('upgrade', (request, socket, head) => {
        upgrade(request, socket, head, path).catch((error: unknown) => {
          options.onError(error);
          refuse(socket, UNAVAILABLE);
        });
      });
    },
    async listen({ host, port }) {
      const server = createServer((_, response) => {
        response.writeHead(426, { 'Content-Type': 'text/plain', Upgrade: 'websocket' });
        response.end('This port speaks WebSocket.\n');
      });
      this.attach(server, undefined);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: 4_096 }, resolve);
      });
      own = server;
      const shown = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
      return { url: `ws://${shown}:${(server.address() as AddressInfo).port}` };
    },
    async close() {
      closed = true;
      const server = own;
      if (!server) return;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Browsers say where a page is from, and let it connect to anywhere; programs say nothing. */
function originAllowed(request: IncomingMessage, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  return origin === undefined || origins.includes('*') || origins.includes(origin);
}
