/** HTTP servers: the API's, that of a role without one, and the one for metrics alone. */
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Api } from '../../api/http/context.ts';
import type { MetricsText } from '../../api/ports.ts';
import type { SocketHub } from '../../api/sockets/hub.ts';
import type { Listening } from '../app.ts';
import type { Address } from './roles.ts';

interface Closing {
  /** Requests in hand are waited for so long, in milliseconds. */
  readonly shutdownTimeoutMs: number;
}

/** @param sockets are served at `/ws`, and closed before the server, which waits for its connections */
export async function serveApi(
  api: Api,
  address: Address,
  closing: Closing,
  sockets?: Pick<SocketHub, 'attach' | 'close'>,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: api.fetch });
  if (!(server instanceof Server)) throw new Error('the API is served over HTTP/1.1');
  sockets?.attach(server, '/ws');
  const listening = await listen(server, address, closing);
  return {
    url: listening.url,
    async close() {
      await sockets?.close();
      await listening.close();
    },
  };
}

/** Serves the metrics, and nothing else, at `path`. */
export async function serveMetrics(
  metrics: MetricsText,
  path: string,
  address: Address,
  closing: Closing,
): Promise<Listening> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== path) {
      response.writeHead(404).end();
      return;
    }
    metrics.render().then(
      ({ contentType, body }) => response.writeHead(200, { 'Content-Type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  return listen(server, address, closing);
}

async function listen(server: Server, address: Address, { shutdownTimeoutMs }: Closing): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Idle keep-alive connections would hold the server; those with a request in hand are waited for.
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), shutdownTimeoutMs).unref();
      }),
  };
}
