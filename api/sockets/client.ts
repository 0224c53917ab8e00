/** One connection: what it says, what it wants, and how it ends. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { PING_FRAME, textFrame } from './frame.ts';
import type { SocketLimits } from './limits.ts';
import { outbound, parseInbound } from './messages.ts';
import type { Inbound } from './messages.ts';
import { createOutbox } from './outbox.ts';
import type { Outbox } from './outbox.ts';

/** Close codes of RFC 6455 and its registry. */
export const GOING_AWAY = 1001;
export const NOT_ALLOWED = 1008;
export const TRY_AGAIN_LATER = 1013;

export interface Client {
  readonly id: string;
  readonly outbox: Outbox<Client>;
  readonly symbols: Set<string>;
  readonly portfolios: Set<string>;
  /** Frames of a batch that are to be written together. */
  readonly batch: Buffer[];
  batchBytes: number;
  /** Whether messages may still be sent. */
  open(): boolean;
  /** Sends a message that must not be left out. */
  send(text: string): void;
  complain(error: string): void;
  /** Writes frames as they are. */
  write(frames: Buffer): void;
  /** Asks for a sign of life; says whether there was none for so long that it counts as dead. */
  ping(): 'alive' | 'dead';
  /** Says goodbye, and cuts the connection when that takes too long. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  cut(): void;
}

export interface ClientEvents {
  message(client: Client, message: Exclude<Inbound, { type: 'invalid' | 'heartbeat' }>): void;
  /** It costs more than it may, or does not read. */
  slow(client: Client): void;
  closed(client: Client): void;
}

export function createClient(
  ws: WebSocket,
  socket: Socket,
  limits: SocketLimits,
  now: () => number,
  events: ClientEvents,
): Client {
  let heard = now();
  let closing = false;
  const client: Client = {
    id: randomUUID(),
    symbols: new Set(),
    portfolios: new Set(),
    batch: [],
    batchBytes: 0,
    // Where the getter of the outbox is looked at, everything here is in place.
    get outbox() {
      return outbox;
    },
    open: () => !closing && ws.readyState === ws.OPEN,
    send(text) {
      if (client.open()) outbox.send(textFrame(text));
    },
    complain: (error) => client.send(outbound.error(error, now())),
    write(frames) {
      socket.write(frames);
    },
    ping() {
      if (now() - heard >= limits.timeoutMs) return 'dead';
      if (client.open()) socket.write(PING_FRAME);
      return 'alive';
    },
    close(code, reason) {
      if (closing) return;
      closing = true;
      ws.close(code, reason);
      // One that does not read never answers.
      const timer = setTimeout(() => ws.terminate(), limits.closeMs);
      ws.once('close', () => clearTimeout(timer));
    },
    cut: () => ws.terminate(),
  };
  const outbox = createOutbox<Client>(socket, client, limits, now, () => events.slow(client));

  function hear(data: RawData, isBinary: boolean): void {
    heard = now();
    if (!client.open()) return;
    if (isBinary) {
      client.complain('messages must be text');
      return;
    }
    const message = parseInbound(textOf(data));
    if (message.type === 'invalid') client.complain(message.complaint);
    else if (message.type === 'heartbeat') client.send(outbound.heartbeat(client.id, now()));
    else events.message(client, message);
  }

  ws.on('message', hear);
  ws.on('pong', () => {
    heard = now();
  });
  // What is wrong with a connection ends it; `close` follows.
  ws.on('error', () => undefined);
  ws.on('close', () => events.closed(client));
  return client;
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
