/** One connection that hears notifications, and comes back when it is lost. */
import pg from 'pg';
import { redactor } from './connection-url.ts';
import { databaseError } from './errors.ts';

export interface ListenerOptions {
  readonly url: string;
  readonly channel: string;
  /** Statements that are to be run on each new connection after LISTEN, such as taking a lock. */
  readonly prepare?: string;
  readonly onNotification: (payload: string) => void;
  /**
   * Listening, for the first time or again: what was notified before is lost.
   * @param pid of the server's process
   */
  readonly onConnected: (pid: number) => void;
  /** Not listening any more, or not yet; it is being tried again. */
  readonly onLost: (error: unknown) => void;
  readonly applicationName?: string;
  /** How often the connection is asked whether it lives. */
  readonly probeMs?: number;
}

export interface Listener {
  close(): Promise<void>;
}

const BACKOFF_MS = { first: 100, most: 5_000 };

/** @param options.channel a plain identifier: it is written into the statement as it is */
export function openListener(options: ListenerOptions): Listener {
  const { channel, onConnected, onLost, onNotification, probeMs = 10_000 } = options;
  if (!/^[a-z_]+$/.test(channel)) throw new RangeError(`not a name of a channel: ${channel}`);
  const redact = redactor(options.url);
  let current: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  async function connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: options.applicationName ?? 'chronofolio listener',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // A server that vanished without a word answers no probe either.
      query_timeout: 10_000,
    });
    current = client;
    client.on('error', (error) => lose(client, error));
    client.on('end', () => lose(client, new Error('the connection ended')));
    client.on('notification', ({ payload }) => {
      if (current === client) onNotification(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      if (options.prepare !== undefined) await client.query(options.prepare);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      if (current !== client) return;
      failures = 0;
      onConnected(rows[0]!.pid);
      probe(client);
    } catch (error) {
      lose(client, error);
    }
  }

  function probe(client: pg.Client): void {
    timer = setTimeout(() => {
      client.query('select 1').then(
        () => current === client && !closed && probe(client),
        (error: unknown) => lose(client, error),
      );
    }, probeMs).unref();
  }

  function lose(client: pg.Client, error: unknown): void {
    if (current !== client) return;
    current = undefined;
    clearTimeout(timer);
    client.end().catch(() => undefined);
    if (closed) return;
    onLost(databaseError(error, redact));
    const wait = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** Math.min(failures++, 10));
    // Half of it by chance: all processes lose their connections together.
    timer = setTimeout(() => void connect(), wait * (0.5 + Math.random() / 2)).unref();
  }

  void connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      const client = current;
      current = undefined;
      await client?.end().catch(() => undefined);
    },
  };
}
