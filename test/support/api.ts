/** The API over a real database, log and projections, asked without a socket. */
import { expect } from 'vitest';
import { createApi } from '../../api/app.ts';
import type { ApiDependencies } from '../../api/app.ts';
import { DEFAULT_API_CONFIG } from '../../api/ports.ts';
import type { ProbeResult, RequestObservation } from '../../api/ports.ts';
import { createCommandHandler } from '../../commands/handler/handler.ts';
import type { Database } from '../../infra/database/database.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import { createGenerations } from '../../infra/projection-store/generations.ts';
import { createFoldWorkers } from '../../infra/projection-store/rebuild-workers.ts';
import { createExportModels } from '../../infra/read-model/export.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { createQueries } from '../../projections/queries/queries.ts';
import { createKnownAt } from '../../projections/replay/known-at.ts';
import { createRebuildJobs } from '../../projections/rebuild/jobs.ts';
import { createProjections } from '../../projections/service.ts';
import type { Generations } from '../../projections/generation.ts';
import type { RebuildJobs } from '../../projections/rebuild/jobs.ts';
import type { Projections } from '../../projections/service.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

export interface TestApi {
  readonly database: Database;
  readonly observations: RequestObservation[];
  readonly failures: unknown[];
  readonly probes: Record<string, ProbeResult>;
  readonly projections: Projections;
  readonly generations: Generations;
  readonly jobs: RebuildJobs;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A body that is text is sent as it is. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  request(path: string, init: RequestInit): Promise<Response>;
  /** The handler, for clients and servers. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Posts and expects success, then has it projected. */
  given(path: string, body: unknown): Promise<void>;
  project(): Promise<void>;
  close(): Promise<void>;
}

/** @param overrides where given as a function, made on the database that the rest is on */
export async function createTestApi(
  overrides: Partial<ApiDependencies> | ((test: TestDatabase) => Promise<Partial<ApiDependencies>>) = {},
): Promise<TestApi> {
  const test = await createTestDatabase();
  const pools = { gen_a: test.database, gen_b: test.open({ searchPath: 'gen_b,public' }) };
  const log = createPostgresEventLog({ database: test.database });
  const generations = createGenerations(
    (slot) => pools[slot],
    createFoldWorkers({ url: test.url, threads: 1 }),
  );
  const projections = createProjections({ log, generations, now: Date.now, pollMs: 2 });
  const commands = createCommandHandler({
    log,
    clock: () => `${new Date().toISOString().slice(0, 23)}000Z`,
    linkedSecurities: async () => [],
  });
  const activeDatabase = async () => pools[await generations.active()];
  const knownAt = createKnownAt(log, { current: createReadModels(activeDatabase).current });
  const queries = createQueries(createReadModels(activeDatabase, knownAt), log);
  const observations: RequestObservation[] = [];
  const failures: unknown[] = [];
  const probes: Record<string, ProbeResult> = { database: { ok: true } };
  const jobs = createRebuildJobs({ operations: projections, onFailure: (error) => failures.push(error) });
  const api = createApi({
    commands,
    queries,
    projections,
    rebuilds: jobs,
    generations: projections,
    health: { check: async () => probes, uptimeSeconds: () => 12.5 },
    exports: { models: createExportModels(activeDatabase) },
    metrics: { render: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }) },
    observer: {
      request: (observation) => observations.push(observation),
      failure: (_, error) => failures.push(error),
    },
    config: DEFAULT_API_CONFIG,
    ...(typeof overrides === 'function' ? await overrides(test) : overrides),
  });
  const request = async (path: string, init: RequestInit) => api.request(path, init);
  const post: TestApi['post'] = (path, body, headers = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    database: test.database,
    observations,
    failures,
    probes,
    projections,
    generations,
    jobs,
    request,
    fetch: async (given) => api.fetch(given),
    post,
    get: (path, headers = {}) => request(path, { headers }),
    project: () => projections.catchUp(),
    given: async (path, body) => {
      const reply = await post(path, body);
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      await projections.catchUp();
    },
    close: async () => {
      await jobs.idle();
      await projections.stop();
      await log.close();
      await test.close();
    },
  };
}

/** The body of a reply, taken to be what the test expects. */
export async function bodyOf<T>(reply: Response | Promise<Response>): Promise<T> {
  const value: T = JSON.parse(await (await reply).text());
  return value;
}

export interface ProblemReply {
  type: string;
  status: number;
  detail: string;
  errors?: { field: string; rule: string; message: string }[];
  correlation_id: string;
  [member: string]: unknown;
}

/** The problem in a reply, with what any problem has to have checked. */
export async function problemOf(reply: Response): Promise<ProblemReply> {
  expect(reply.headers.get('Content-Type')).toBe('application/problem+json');
  const body: ProblemReply = JSON.parse(await reply.text());
  expect(body.status).toBe(reply.status);
  expect(body.correlation_id).toBe(reply.headers.get('X-Request-Id'));
  return body;
}

export interface CommandReply {
  readonly results: readonly {
    readonly id: string;
    readonly status: string;
    readonly position?: number;
    readonly error?: { readonly errors: readonly { readonly rule: string; readonly message: string }[] };
  }[];
  readonly position: number;
}

export interface EventsReply {
  readonly events: readonly {
    readonly position: number;
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
  readonly head: number;
}

/** A portfolio with a purchase, a dividend, a sale and a close for every day of a week. */
export async function givenBooks(api: TestApi): Promise<void> {
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_001', base_currency: 'USD', name: 'Growth' });
  await api.given('/v1/securities', {
    security_id: 'SEC_AAPL',
    currency: 'USD',
    name: 'Apple',
    type: 'equity',
  });
  await api.given('/v1/transactions', [
    transaction('T1', 'DEPOSIT', '2025-08-11', {
      security_id: 'CASH_USD',
      gross_transaction_amount: '10000',
    }),
    transaction('T2', 'BUY', '2025-08-12', { quantity: '10', price: '150', trade_fee: '5' }),
    transaction('T3', 'DIVIDEND', '2025-08-14', { gross_transaction_amount: '12' }),
    transaction('T4', 'SELL', '2025-08-15', { quantity: '4', price: '160', trade_fee: '1' }),
  ]);
  await api.given(
    '/v1/prices',
    [12, 13, 14, 15, 16, 17].map((date, i) => ({
      security_id: 'SEC_AAPL',
      date: `2025-08-${date}`,
      price: String(150 + i * 2),
    })),
  );
  await api.given('/v1/business-dates', { date: '2025-08-17' });
}

export function transaction(
  transaction_id: string,
  transaction_type: string,
  date: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    transaction_id,
    portfolio_id: 'PORT_001',
    security_id: 'SEC_AAPL',
    transaction_date: `${date}T10:00:00Z`,
    transaction_type,
    currency: 'USD',
    ...fields,
  };
}
