/** Where the embedded server keeps its things under CHRONOFOLIO_HOME. */
import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

// The kernel's limit for a socket's path is 104 to 108 bytes; the file adds "/.s.PGSQL.65535" to it.
const LONGEST_SOCKET_DIRECTORY = 85;

export interface Layout {
  readonly home: string;
  readonly data: string;
  /** The cluster while it is being made; renamed to `data` when it is whole. */
  readonly draft: string;
  readonly socket: string;
  readonly clients: string;
  readonly lock: string;
  readonly password: string;
  readonly port: string;
  readonly log: string;
}

/** Creates the home and names what is in it. */
export function prepareHome(path: string): Layout {
  const given = resolve(path);
  const created = mkdirSync(given, { recursive: true, mode: 0o700 });
  // Processes are recognised by their working directory, which the system reports without links.
  const home = realpathSync(given);
  // Under root the server's own user has to pass through; what is inside has modes of its own.
  if (created !== undefined && process.getuid?.() === 0) chmodSync(home, 0o711);
  return {
    home,
    data: join(home, 'postgres'),
    draft: join(home, 'postgres.new'),
    socket: join(home, 'socket'),
    clients: join(home, 'clients'),
    lock: join(home, 'lock'),
    password: join(home, 'password'),
    port: join(home, 'port'),
    log: join(home, 'postgres.log'),
  };
}

/** Whether the server listens on a Unix socket too, which is faster than TCP. */
export function usesSocket(layout: Layout): boolean {
  return process.platform !== 'win32' && Buffer.byteLength(layout.socket) <= LONGEST_SOCKET_DIRECTORY;
}
