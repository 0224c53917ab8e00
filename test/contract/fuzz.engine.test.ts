/**
 * The API fuzzed from its own document: no reply that is a failure of ours, none that the document does
 * not name, none of another shape than it says. FUZZ_EXAMPLES (per operation and phase) makes it longer.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../api/http/problem.ts';
import { DEFAULT_API_CONFIG } from '../../api/ports.ts';
import { RebuildCancelled } from '../../projections/rebuild/outcome.ts';
import { runPython } from '../python/run.ts';
import type { TestApi } from '../support/api.ts';
import { createLock, createStage, givenStage } from './stage.ts';
import { strict } from './strict.ts';

const TOKEN = 'a-token-of-everything';
const EXAMPLES = process.env['FUZZ_EXAMPLES'] ?? '4';
/** The same requests come of the same one. */
const SEED = process.env['FUZZ_SEED'] ?? '1';
/** A regular expression of paths, for one who looks into a part; FUZZ_OUTPUT is a file for all that is told. */
const PATHS = process.env['FUZZ_PATHS'];
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));
const HOOKS = fileURLToPath(new URL('schemathesis_hooks.py', import.meta.url));
const MINUTES = 60_000;

let api: TestApi;
let url: string;
let folder: string;
let closeServer: () => void;
beforeAll(async () => {
  const lock = createLock(TOKEN);
  api = await createStage({
    access: lock.access,
    config: { ...DEFAULT_API_CONFIG, projectionTimeoutMs: 15_000 },
  });
  await givenStage(api);
  await api.given('/v1/portfolios', { portfolio_id: 'DOOMED', base_currency: 'EUR' });
  await api.given('/v1/groups', { group_id: 'DOOMED', name: 'Doomed', portfolio_ids: ['PORT_001'] });
  api.projections.start();
  lock.lock();
  const listener = getRequestListener(api.fetch);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closeServer = () => {
    server.close();
    server.closeAllConnections();
  };
  folder = await mkdtemp(join(tmpdir(), 'chronofolio-fuzz-'));
});
afterAll(async () => {
  closeServer();
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  'no failure, no reply that is not documented',
  async () => {
    const document = join(folder, 'openapi.json');
    await writeFile(document, JSON.stringify(strict(await (await api.get('/openapi.json')).json())));
    const { code, output } = await runPython(
      [
        ...['-m', 'schemathesis.cli', '--config-file', CONFIG, '--no-color'],
        ...['run', document, '--url', url, '--max-examples', EXAMPLES, '--workers', '1', '--seed', SEED],
        ...['--header', `Authorization: Bearer ${TOKEN}`],
        ...(PATHS === undefined ? [] : ['--include-path-regex', PATHS]),
      ],
      { cwd: folder, env: { SCHEMATHESIS_HOOKS: HOOKS } },
    );
    const told = output.slice(Math.max(0, output.search(/= (ERRORS|FAILURES) =/))).slice(0, 8_000);
    const unexpected = api.failures.filter(isUnexpected).map(stackOf);
    const file = process.env['FUZZ_OUTPUT'];
    if (file) await writeFile(file, [output, ...unexpected].join('\n\n'));
    expect({ code, told, unexpected }).toEqual({ code: 0, told, unexpected: [] });
  },
  30 * MINUTES,
);

/** Neither a documented reply nor a rebuild that was ended on request, as some are here. */
function isUnexpected(failure: unknown): boolean {
  return !(failure instanceof Problem) && !(failure instanceof RebuildCancelled);
}

/** Where a failure comes from, which its reply keeps to itself. */
function stackOf(failure: unknown): string {
  return failure instanceof Error
    ? `${failure.stack ?? failure.message}\n${String(failure.cause)}`
    : String(failure);
}
