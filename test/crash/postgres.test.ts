import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AppendRequest } from '../../domain/log.ts';
import { migrate } from '../../infra/database/migrate.ts';
import { openDatabase } from '../../infra/database/database.ts';
import type { Database } from '../../infra/database/database.ts';
import { openEmbedded } from '../../infra/embedded/embedded.ts';
import type { EmbeddedServer } from '../../infra/embedded/embedded.ts';
import { openBooks } from '../support/books.ts';
import type { Books, Fact } from '../support/books.ts';
import { expectCleanReplay, expectInvariants, expectSoundLog } from '../support/invariants.ts';
import { createRandom, randomSeed } from '../support/random.ts';
import { createWorkload, openingFacts } from '../support/workload.ts';

const parent = mkdtempSync(join(tmpdir(), 'chronofolio-crash-'));
const home = join(parent, 'home');
const seed = randomSeed();
const pools: Database[] = [];
let server: EmbeddedServer;
let books: Books;

beforeAll(async () => {
  server = await openEmbedded({ home });
  const open = ({ searchPath = 'gen_a,public' } = {}) => {
    const pool = openDatabase({ url: server.url, maxConnections: 8, searchPath });
    pools.push(pool);
    return pool;
  };
  await migrate(open({ searchPath: 'public' }));
  books = await openBooks({ url: server.url, database: open(), open, close: async () => undefined });
}, 90_000);
afterAll(async () => {
  await books.close();
  await Promise.all(pools.map((pool) => pool.close()));
  await server.close();
  rmSync(parent, { recursive: true, force: true });
}, 60_000);

const serverPid = () => Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Each fact is appended until it is known to be there, at most once thanks to its key. */
async function appendSurely(requests: readonly AppendRequest[]): Promise<string[]> {
  return vi.waitFor(async () => (await books.log.appendMany(requests)).map(({ status }) => status), {
    timeout: 60_000,
    interval: 20,
  });
}

function request({ streamId, event }: Fact, key: string): AppendRequest {
  return {
    streamId,
    expected: 'any',
    events: [{ ...event, effectiveAt: '2025-01-01T00:00:00.000000Z', metadata: { source: 'cli' } }],
    idempotency: { key, fingerprint: key },
  };
}

it(`survives kill -9 of the server itself, under way with appends and projections (RANDOM_SEED=${seed})`, async () => {
  const random = createRandom(seed);
  const workload = createWorkload('W', random);
  await books.project(...openingFacts());
  const before = await books.log.head();
  books.projections.start();

  const appends = 120;
  const fatal = 20 + random.below(60);
  const pid = serverPid();
  for (let i = 0; i < appends; i++) {
    const appending = appendSurely([request(workload.next(), `append-${i}`)]);
    // The append is under way, and so is the projection of those before it.
    if (i === fatal) process.kill(pid, 'SIGKILL');
    expect((await appending)[0]).toMatch(/appended|duplicate/);
  }
  expect(serverPid()).not.toBe(pid);
  expect(await books.log.head()).toBe(before + appends);

  // The loop has gone on by itself.
  await books.projections.whenProjected(before + appends, 60_000);
  await books.projections.stop();
  const message = `seed ${seed}`;
  await expectInvariants(books, message);
  await expectSoundLog(books.db.database, message);
  await expectCleanReplay(books, message);
}, 120_000);
