import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from '../../api/app.ts';
import { DEFAULT_API_CONFIG } from '../../api/ports.ts';
import type { Api } from '../../api/http/context.ts';
import { createCommandHandler } from '../../commands/handler/handler.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { createQueries } from '../../projections/queries/queries.ts';
import { createRebuildJobs } from '../../projections/rebuild/jobs.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { startWorker } from '../support/child.ts';
import type { Worker } from '../support/child.ts';
import { expectCleanReplay, expectSoundLog } from '../support/invariants.ts';
import { createRandom, randomSeed } from '../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../support/workload.ts';
import { write } from '../support/writers.ts';

const WRITERS = 6;
const seed = randomSeed();
const AT = `RANDOM_SEED=${seed}`;

let books: Books;
let api: Api;
let projector: Worker;
beforeAll(async () => {
  books = await openBooks();
  api = apiOf(books);
  projector = await startWorker(books.db.url);
  const workload = createWorkload('H', createRandom(seed));
  await books.project(...openingFacts(), ...Array.from({ length: 200 }, () => workload.next()));
});
afterAll(async () => {
  await projector.kill();
  await books.close();
});

it(`two runners rebuild under six writers, and readers see one version after another (${AT})`, async () => {
  await projector.begin({ type: 'live' });
  const readers = PORTFOLIOS.map((portfolio) => readUntilStopped(portfolio));
  let handedOff = false;
  const writing = Promise.all(
    Array.from({ length: WRITERS }, (_, i) => write(books, `A${i}`, seed + i, () => !handedOff)),
  );
  // Whichever comes second is told that the other one is at it, or rebuilds what that one has just made.
  const outcomes = await Promise.all([rebuildElsewhere(), rebuildElsewhere()]);
  expect(outcomes, AT).toContain('done');
  handedOff = true;
  await writing;
  await books.projections.whenProjected(await books.log.head(), 60_000);
  const flips = await books.generations.flips(10);
  expect(flips.length, AT).toBe(outcomes.filter((outcome) => outcome === 'done').length);
  await expectCleanReplay(books, AT);

  // The same once more, and what is appended in the very last moment is there.
  let appended = 0;
  const rebuilding = books.projections.rebuild({ all: true }).finally(() => (handedOff = true));
  handedOff = false;
  await write(books, 'B', seed, () => !handedOff && ++appended > 0);
  await rebuilding;
  expect(appended, AT).toBeGreaterThan(0);
  await write(books, 'C', seed + 1, (appends) => appends < 5);
  await books.projections.whenProjected(await books.log.head(), 60_000);
  await expectSoundLog(books.db.database, AT);
  await expectCleanReplay(books, AT);

  for (const reader of readers) {
    const seen = await reader.stop();
    expect(seen.wrong, AT).toEqual([]);
    expect(seen.reads, AT).toBeGreaterThan(10);
  }
  // What both hold of the same log is the same.
  const active = await books.generations.active();
  const idle = active === 'gen_a' ? 'gen_b' : 'gen_a';
  await books.projections.verify({});
  expect(await checksums(active), AT).toEqual(await checksumsOnceLevel(idle));
}, 300_000);

async function rebuildElsewhere(): Promise<'done' | 'busy'> {
  const worker = await startWorker(books.db.url);
  try {
    await worker.begin({ type: 'rebuild' });
    await worker.done();
    return 'done';
  } catch (error) {
    expect(String(error), AT).toContain('one rebuild, rollback or prune at a time');
    return 'busy';
  } finally {
    await worker.kill();
  }
}

async function checksums(slot: 'gen_a' | 'gen_b'): Promise<unknown[]> {
  const database = books.db.open({ searchPath: `${slot},public`, maxConnections: 1 });
  return database.query(
    `select portfolio_id, security_id, k.checksum::text
     from position_state k join portfolios using (portfolio_no) join securities using (security_no)
     union all
     select portfolio_id, null, k.checksum::text from portfolio_state k join portfolios using (portfolio_no)
     order by 1, 2 nulls last`,
  );
}

/** The former generation is kept level by whoever projects, when there is nothing else to do. */
async function checksumsOnceLevel(slot: 'gen_a' | 'gen_b'): Promise<unknown[]> {
  const head = await books.log.head();
  const { register } = books.generations.of(slot);
  const level = async () =>
    (await register.position()) === head && (await books.generations.of(slot).state()).dirtyKeys === 0;
  for (let look = 0; !(await level()); look++) {
    if (look > 6_000) throw new Error('the former generation was not kept level');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return checksums(slot);
}

interface Seen {
  reads: number;
  wrong: unknown[];
}

interface Series {
  readonly rows: readonly {
    readonly date: string;
    readonly bod_market_value: string;
    readonly eod_market_value: string;
  }[];
  readonly epoch?: number;
}

/** Reads a portfolio's series again and again, and notes whatever goes back or does not belong together. */
function readUntilStopped(portfolioId: string): { stop(): Promise<Seen> } {
  const seen: Seen = { reads: 0, wrong: [] };
  let [position, epoch] = [0, 0];
  let stopped = false;

  async function read(): Promise<void> {
    const reply = await api.request(`/v1/portfolios/${portfolioId}/timeseries`);
    const now = Number(reply.headers.get('X-Chronofolio-Position'));
    const body: Series = JSON.parse(await reply.text());
    if (reply.status !== 200) seen.wrong.push({ status: reply.status, body });
    if (now < position) seen.wrong.push({ position, then: now });
    position = Math.max(position, now);
    if (body.rows.length === 0) seen.wrong.push({ portfolioId, rows: 0 });
    for (const [i, row] of body.rows.entries()) {
      const before = body.rows[i - 1];
      if (before && before.eod_market_value !== row.bod_market_value) seen.wrong.push({ before, row });
    }
    const summary = await api.request(`/v1/portfolios/${portfolioId}`);
    const { epoch: shown }: { epoch: number } = JSON.parse(await summary.text());
    if (shown < epoch) seen.wrong.push({ epoch, then: shown });
    epoch = Math.max(epoch, shown);
    seen.reads += 1;
  }

  const running = (async () => {
    while (!stopped) {
      await read();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      await read();
      return seen;
    },
  };
}

function apiOf({ db, log, generations, projections }: Books): Api {
  const pools = {
    gen_a: db.open({ searchPath: 'gen_a,public' }),
    gen_b: db.open({ searchPath: 'gen_b,public' }),
  };
  const models = createReadModels(async () => pools[await generations.active()]);
  return createApi({
    commands: createCommandHandler({
      log,
      clock: () => '2025-06-01T00:00:00.000000Z',
      linkedSecurities: async () => [],
    }),
    queries: createQueries(models, log),
    projections,
    rebuilds: createRebuildJobs({ operations: projections, onFailure: () => undefined }),
    generations: projections,
    health: { check: async () => ({}), uptimeSeconds: () => 1 },
    observer: { request: () => undefined, failure: () => undefined },
    config: DEFAULT_API_CONFIG,
  });
}
