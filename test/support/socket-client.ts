/** A client of the WebSocket interface that keeps what it is told, and can be waited on. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

export interface Told {
  readonly type: string;
  readonly symbol?: string;
  readonly symbols?: readonly string[];
  readonly error?: string;
  readonly clientId?: string;
  readonly portfolio?: string;
  readonly alert?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly timestamp: number;
}

export interface SocketClient {
  readonly ws: WebSocket;
  /** Everything told since the start or the last `clear`. */
  readonly told: Told[];
  say(message: unknown): void;
  /** Waits until what was told is as wanted. */
  until<T>(look: (told: readonly Told[]) => T | undefined | false): Promise<T>;
  /** Waits for one of a type, whether it came before or not. */
  next(type: string): Promise<Told>;
  clear(): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<void>;
}

export async function connectSocket(url: string, options: ClientOptions = {}): Promise<SocketClient> {
  const ws = new WebSocket(url, { perMessageDeflate: false, ...options });
  const told: Told[] = [];
  let looks: (() => void)[] = [];
  let end: Error | undefined;
  const look = () => {
    for (const each of [...looks]) each();
  };
  ws.on('message', (data: Buffer) => {
    const message: Told = JSON.parse(data.toString());
    told.push(message);
    look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      end = new Error(`the connection was closed with ${code}`);
      look();
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(ws, 'open');
  const until = <T>(want: (told: readonly Told[]) => T | undefined | false): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = want(told);
        if (found !== undefined && found !== false) resolve(found);
        else if (end) reject(new Error(`${end.message}; told: ${JSON.stringify(told.slice(-5))}`));
        else return;
        looks = looks.filter((each) => each !== check);
      };
      looks.push(check);
      check();
    });
  return {
    ws,
    told,
    say: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until,
    next: (type) => until((all) => all.find((message) => message.type === type)),
    clear: () => void (told.length = 0),
    closed,
    async close() {
      ws.on('error', () => undefined);
      ws.terminate();
      await closed;
    },
  };
}
