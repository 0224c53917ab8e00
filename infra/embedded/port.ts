import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { systemCode } from './errors.ts';
import type { Layout } from './layout.ts';

/** The configured port; else the one used last, so that saved psql commands go on working; else a free one. */
export async function choosePort(layout: Layout, configured: number | undefined): Promise<number> {
  if (configured !== undefined) return configured;
  const last = lastPort(layout);
  const port = (last === undefined ? undefined : await bind(last)) ?? (await bind(0));
  if (port === undefined) throw new Error('no free TCP port on 127.0.0.1');
  writeFileSync(layout.port, String(port), { mode: 0o600 });
  return port;
}

function lastPort(layout: Layout): number | undefined {
  try {
    const port = Number(readFileSync(layout.port, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Listens for a moment to see whether the port is free. Returns its number, or `undefined` when taken. */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
