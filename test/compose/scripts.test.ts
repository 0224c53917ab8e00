/** The scripts beside docker-compose.yml, run for real. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, readEnvironment } from './compose.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(path, ROOT));

describe('write-env.sh', () => {
  let folder: string;
  const run = () => spawnSync('sh', [join(folder, 'infra/compose/write-env.sh')], { encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chronofolio-env-'));
    mkdirSync(join(folder, 'infra/compose'), { recursive: true });
    for (const file of ['.env.example', 'infra/compose/write-env.sh'])
      copyFileSync(pathOf(file), join(folder, file));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('fills in passwords of its own, for the owner alone, and leaves the rest', () => {
    expect(run().status).toBe(0);
    const example = readEnvironment(readFileSync(join(folder, '.env.example'), 'utf8'));
    const written = readEnvironment(readFileSync(join(folder, '.env'), 'utf8'));
    expect([...written.keys()]).toEqual([...example.keys()]);
    const passwords = [...written].filter(([name]) => name.endsWith('_PASSWORD'));
    for (const [, { value }] of passwords) expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(new Set(passwords.map(([, { value }]) => value)).size).toBe(4);
    for (const [name, { value }] of example) if (value !== '') expect(written.get(name)?.value).toBe(value);
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  });

  test('does not touch one that is there', () => {
    const before = readFileSync(join(folder, '.env'), 'utf8');
    const second = run();
    expect(second.status).toBe(1);
    expect(second.stderr).toContain('there already');
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
  });
});

describe('health.js', () => {
  const server = createServer((request, response) => {
    const status = request.url === '/health/live' ? 200 : 503;
    response
      .writeHead(status)
      .end(JSON.stringify({ status: 'unavailable', checks: { database: { ok: false } } }));
  });
  let port: number;

  async function check(args: readonly string[], environment: Record<string, string> = {}) {
    const script = spawn(process.execPath, [pathOf('infra/compose/health.js'), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    script.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(script, 'close')) as [number];
    return { code, said };
  }

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  test('is content with a 200', async () => {
    expect(await check([`http://127.0.0.1:${port}/health/live`])).toEqual({ code: 0, said: '' });
  });

  test('asks the process on PORT when it is told nothing', async () => {
    expect((await check([], { PORT: String(port) })).code).toBe(0);
  });

  test('tells why a process is not ready', async () => {
    const { code, said } = await check([`http://127.0.0.1:${port}/health/ready`]);
    expect(code).toBe(1);
    expect(said).toContain('503');
    expect(said).toContain('"database":{"ok":false}');
  });

  test('fails where nobody listens', async () => {
    const { code, said } = await check(['http://127.0.0.1:1/health/live']);
    expect(code).toBe(1);
    expect(said).toContain('ECONNREFUSED');
  });
});
