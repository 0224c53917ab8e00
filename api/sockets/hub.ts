/**
 * The WebSocket side of the market data: clients subscribe to symbols, alerts and portfolios, and get
 * current prices, then every accepted change.
 */
import type { Server } from 'node:http';
import type { Logger } from '../../projections/logger.ts';
import type { LiveValues } from '../../projections/market/live-values.ts';
import type { MarketMetrics } from '../../projections/market/metrics.ts';
import type { AlertRaised, MarketEvent, MarketEvents } from '../../projections/market/model.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import { openAccess } from '../access/access.ts';
import { createClient, GOING_AWAY, NOT_ALLOWED, TRY_AGAIN_LATER } from './client.ts';
import type { Client } from './client.ts';
import { createDoor } from './door.ts';
import { createSocketGuard } from './guard.ts';
import type { Guest, SocketGuard } from './guard.ts';
import type { SocketLimits } from './limits.ts';
import { outbound } from './messages.ts';
import { writeBytes } from './outbox.ts';
import type { Targets } from './messages.ts';
import { createPortfolioDesk, unknownPortfolio } from './portfolio-desk.ts';
import { createPriceDesk } from './price-desk.ts';
import { textFrame } from './frame.ts';

export type SocketMetrics = Pick<MarketMetrics, 'socketMessages' | 'socketDropped' | 'sockets'>;

export interface SocketHubOptions {
  readonly snapshots: Pick<SnapshotReads, 'all' | 'many'>;
  readonly events: MarketEvents;
  readonly limits: SocketLimits;
  readonly logger: Logger;
  readonly metrics: SocketMetrics;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Absent: anybody may connect. */
  readonly guard?: SocketGuard;
  /** Absent: portfolios cannot be subscribed to here. */
  readonly liveValues?: LiveValues;
}

export interface SocketCounts {
  readonly connections: number;
  readonly subscriptions: number;
  /** Held for all clients together. */
  readonly bufferedBytes: number;
  /** The most held for any one client. */
  readonly mostBufferedBytes: number;
}

export interface SocketHub {
  /** Serves WebSocket at a path of an HTTP server that exists. */
  attach(server: Server, path: string): void;
  /** Serves it on a port of its own, at any path. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly url: string }>;
  counts(): SocketCounts;
  /**
   * Closes every connection with 1001 and resolves when all are closed, after `closeMs` at the latest. To
   * be called before the HTTP server it is attached to is closed, which waits for them.
   */
  close(): Promise<void>;
}

export function createSocketHub(options: SocketHubOptions): SocketHub {
  const { events, limits, logger, metrics, now } = options;
  const clients = new Map<Client, Guest>();
  const alertWatchers = new Set<Client>();
  let subscriptions = 0;
  let closing = false;
  let whenEmpty: (() => void) | undefined;

  const prices = createPriceDesk({
    reads: options.snapshots,
    now,
    writeBytes: writeBytes(limits.maxBufferBytes),
    onReadFailure: (error) => logger.warn('current prices cannot be read for new subscribers', { error }),
  });
  const portfolios = options.liveValues && createPortfolioDesk(options.liveValues, { now, report, counting });
  const door = createDoor({
    limits,
    guard: options.guard ?? createSocketGuard(openAccess(limits.origins)),
    onError: (error) => logger.warn('a client that wants to connect cannot be known', { error }),
    connections: () => clients.size,
    enter(ws, socket, guest) {
      const client = createClient(ws, socket, limits, now, { message: obey, slow, closed });
      clients.set(client, guest);
      tellCounts();
      if (closing) client.close(GOING_AWAY, 'the service is shutting down');
      else client.send(outbound.heartbeat(client.id, now()));
    },
    refused: () => metrics.socketDropped('refused', 1),
  });

  function report(messages: number, conflated: number): void {
    if (messages > 0) metrics.socketMessages(messages);
    if (conflated > 0) metrics.socketDropped('conflated', conflated);
  }

  function tellCounts(): void {
    metrics.sockets(clients.size, subscriptions);
  }

  function sizeOf(client: Client): number {
    return client.symbols.size + client.portfolios.size + (alertWatchers.has(client) ? 1 : 0);
  }

  /** Runs what changes the subscriptions of a client, and counts them. */
  function counting(client: Client, change: () => void): void {
    const before = sizeOf(client);
    change();
    subscriptions += sizeOf(client) - before;
    tellCounts();
  }

  function obey(client: Client, message: { type: string; targets: Targets; complaint?: string }): void {
    if (message.complaint !== undefined) client.complain(message.complaint);
    counting(client, () => {
      if (message.type === 'subscribe') subscribe(client, message.targets);
      else unsubscribe(client, message.targets);
    });
  }

  function subscribe(client: Client, { symbols = [], portfolio, alerts }: Targets): void {
    const added = symbols.filter((symbol) => !client.symbols.has(symbol)).length;
    const more = added + (portfolio !== undefined && !client.portfolios.has(portfolio) ? 1 : 0);
    if (more > 0 && client.symbols.size + client.portfolios.size + more > limits.maxSubscriptions)
      return client.complain(`a connection may have ${limits.maxSubscriptions} subscriptions`);
    if (alerts) alertWatchers.add(client);
    if (symbols.length > 0 || alerts)
      client.send(outbound.changed('subscribed', symbols, now(), alerts ? { alerts: true } : {}));
    if (symbols.length > 0) prices.subscribe(client, symbols);
    if (portfolio === undefined) return;
    if (portfolios && isHidden(client, portfolio)) client.complain(unknownPortfolio(portfolio));
    else if (portfolios) portfolios.subscribe(client, portfolio);
    else client.complain('values of portfolios are not served here');
  }

  /** What it may not know of is answered as what there is not. */
  function isHidden(client: Client, portfolioId: string): boolean {
    return clients.get(client)?.principal.portfolios?.has(portfolioId) === false;
  }

  /** What is not named is not touched; when nothing is, everything ends. */
  function unsubscribe(client: Client, { symbols, portfolio, alerts }: Targets): void {
    const everything = symbols === undefined && portfolio === undefined && !alerts;
    const ended = everything || symbols?.includes('*') ? [...client.symbols] : (symbols ?? []);
    prices.unsubscribe(client, ended);
    for (const id of everything ? [...client.portfolios] : portfolio === undefined ? [] : [portfolio])
      portfolios?.unsubscribe(client, id);
    if (everything || alerts) alertWatchers.delete(client);
    client.send(
      outbound.changed('unsubscribed', ended, now(), {
        ...(portfolio === undefined ? {} : { portfolio }),
        ...(alerts ? { alerts: true as const } : {}),
      }),
    );
  }

  function forget(client: Client): void {
    counting(client, () => {
      prices.leave(client);
      portfolios?.leave(client);
      alertWatchers.delete(client);
      client.symbols.clear();
    });
  }

  function slow(client: Client): void {
    metrics.socketDropped('slow', 1);
    forget(client);
    client.close(TRY_AGAIN_LATER, 'too slow');
  }

  function closed(client: Client): void {
    clients.delete(client);
    forget(client);
    if (clients.size === 0) whenEmpty?.();
  }

  function sendAlert(alert: AlertRaised): void {
    const frame = textFrame(outbound.alert(alert, now()));
    let sent = 0;
    for (const client of new Set([...alertWatchers, ...prices.interested(alert.symbol)])) {
      if (!client.open()) continue;
      client.outbox.send(frame);
      sent++;
    }
    report(sent, 0);
  }

  function hear(event: MarketEvent): void {
    if (event.type === 'prices') {
      const { messages, conflated } = prices.publish(event.snapshots);
      report(messages, conflated);
    } else for (const alert of event.alerts) sendAlert(alert);
  }

  function beat(): void {
    for (const [client, guest] of clients) {
      void dismiss(client, guest);
      if (client.ping() === 'alive') continue;
      metrics.socketDropped('silent', 1);
      client.cut();
    }
  }

  /** Ends the connection of a key that is good no more; one that cannot be asked for now stays. */
  async function dismiss(client: Client, guest: Guest): Promise<void> {
    try {
      if (await guest.inForce()) return;
    } catch (error) {
      logger.warn('whether a key is still good cannot be asked', { error });
      return;
    }
    forget(client);
    client.close(NOT_ALLOWED, 'the key is not valid any more');
  }

  let ended: Promise<void> | undefined;
  async function shut(): Promise<void> {
    closing = true;
    end();
    clearInterval(heartbeat);
    const doorShut = door.close();
    prices.close();
    portfolios?.close();
    const empty = new Promise<void>((resolve) => {
      whenEmpty = resolve;
    });
    for (const client of clients.keys()) client.close(GOING_AWAY, 'the service is shutting down');
    if (clients.size > 0) await empty;
    await doorShut;
  }

  const end = events.subscribe(hear);
  const heartbeat = setInterval(beat, limits.pingMs).unref();

  return {
    attach: (server, path) => door.attach(server, path),
    listen: (address) => door.listen(address),
    counts() {
      let bufferedBytes = 0;
      let mostBufferedBytes = 0;
      for (const client of clients.keys()) {
        const bytes = client.outbox.bytes();
        bufferedBytes += bytes;
        mostBufferedBytes = Math.max(mostBufferedBytes, bytes);
      }
      return { connections: clients.size, subscriptions, bufferedBytes, mostBufferedBytes };
    },
    close: () => (ended ??= shut()),
  };
}
