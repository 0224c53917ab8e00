/** A serving process on a bench's database, and a lean client for it: users' requests come from elsewhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { availablePort } from './available-port.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Served {
  readonly url: string;
  readonly pid: number;
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** Starts `chronofolio serve` and waits until it is ready. */
export async function serve(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const port = await availablePort();
  const program = fileURLToPath(new URL('../../../bin/chronofolio.js', import.meta.url));
  const child = spawn(process.execPath, ['--max-semi-space-size=64', program, 'serve'], {
    env: {
      ...process.env,
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const agent = new Agent({ keepAlive: true, noDelay: true });
  const send = (method: string, path: string, body?: unknown): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          path,
          method,
          headers: payload === undefined ? {} : { 'content-type': 'application/json' },
        },
        (reply) => {
          const parts: Buffer[] = [];
          reply.on('data', (part: Buffer) => parts.push(part));
          reply.on('error', reject);
          reply.on('end', () =>
            resolve({
              status: reply.statusCode ?? 0,
              text: Buffer.concat(parts).toString('utf8'),
              headers: reply.headers,
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  const served: Served = {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    async close() {
      agent.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const reply = await served.get('/health/ready').catch(() => undefined);
    if (reply?.status === 200) return served;
    if (child.exitCode !== null || performance.now() > deadline) {
      await served.close();
      throw new Error('the serving process did not become ready');
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The reply to a request that has to succeed. */
export function succeeded(reply: Reply): Reply {
  if (reply.status >= 300) throw new Error(`${reply.status}: ${reply.text.slice(0, 300)}`);
  return reply;
}
