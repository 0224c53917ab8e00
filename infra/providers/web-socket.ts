/** One connection to a provider's WebSocket: opened, kept alive, given up when it falls silent. */
import { WebSocket } from 'ws';
import type { RawData } from 'ws';

export interface ConnectionOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent once it is open. */
  readonly greetings: readonly string[];
  /** A message to be sent so often, or a ping where there is none. */
  readonly keepAlive: { readonly everyMs: number; readonly message: string | undefined };
  readonly silenceMs: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onMessage: (text: string) => void;
}

/** How long a close may take before the connection is cut. */
const CLOSING_MS = 2_000;

/** Resolves with why the connection ended. */
export function connection(options: ConnectionOptions): Promise<string> {
  const { url, headers, greetings, keepAlive, silenceMs, timeoutMs, maxBytes, signal } = options;
  return new Promise((resolve) => {
    let reason: string | undefined;
    let heard = performance.now();
    const socket = new WebSocket(url, {
      headers,
      handshakeTimeout: timeoutMs,
      maxPayload: maxBytes,
      followRedirects: false,
    });
    const alive = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (keepAlive.message === undefined) socket.ping();
      else socket.send(keepAlive.message);
    }, keepAlive.everyMs);
    const silence = setInterval(
      () => {
        if (socket.readyState !== WebSocket.OPEN || performance.now() - heard < silenceMs) return;
        reason ??= `nothing was heard for ${silenceMs} ms`;
        socket.terminate();
      },
      Math.max(silenceMs / 4, 25),
    );
    let cut: NodeJS.Timeout | undefined;
    const stop = (): void => {
      reason ??= 'stopped';
      socket.close(1000);
      cut ??= setTimeout(() => socket.terminate(), CLOSING_MS);
    };
    const hear = (): void => {
      heard = performance.now();
    };
    socket.on('open', () => {
      hear();
      options.onOpen();
      for (const greeting of greetings) socket.send(greeting);
    });
    socket.on('ping', hear);
    socket.on('pong', hear);
    socket.on('message', (data) => {
      hear();
      options.onMessage(textOf(data));
    });
    // A close follows every error.
    socket.on('error', (error) => {
      reason ??= error.message;
    });
    socket.on('close', (code, words) => {
      clearInterval(alive);
      clearInterval(silence);
      clearTimeout(cut);
      signal.removeEventListener('abort', stop);
      const said = words.toString('utf8');
      resolve(reason ?? `closed with ${code}${said === '' ? '' : ` ${said}`}`);
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
