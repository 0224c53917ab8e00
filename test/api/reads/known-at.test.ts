/**
 * Every read of the API at a moment of knowledge, against what the same read answered when the log ended
 * there: the golden history step by step, and then all of it looked back on.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { EventLog } from '../../../domain/log.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { goldenFacts } from '../../golden/log.ts';
import { createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
let log: EventLog;

/** Where the history is stopped: in the middle of things. */
const STOPS = [0.3, 0.45, 0.6, 0.8, 0.9];

/** Of each portfolio a few of its securities; others are asked for as well, and not found. */
const SECURITIES: Readonly<Record<string, readonly string[]>> = {
  G_FIFO: ['EQ_USD', 'CASH_EUR', 'NEWCO_GBP', 'EQ_JPY'],
  G_AVG: ['EQ_USD', 'CASH_EUR'],
  G_SPEC: ['EQ_EUR', 'CASH_SEK'],
  G_SHORT: ['UNLISTED', 'EQ_USD'],
  G_TOKYO: ['EQ_JPY'],
  G_MOVED: ['UNPRICED', 'UNLISTED'],
};

/** Reads of a portfolio whose answers are about what is known; the audit of epochs is about the tables. */
const OF_PORTFOLIO = [
  '',
  '/positions',
  '/positions?date=2024-01-24',
  '/positions?currency=USD',
  '/timeseries',
  '/timeseries?frequency=monthly&flow_timing=begin',
  '/timeseries?from=2024-02-01&to=2024-02-20&limit=7',
  '/performance',
  '/performance?periods=MTD,YTD,SI&basis=gross&currency=CHF',
  '/performance?periods=SI&benchmark=security:EQ_USD&risk_free=0.02&risk_frequency=weekly',
  '/rolling?window=20d&figures=twr,volatility,max_drawdown',
  '/drawdowns?top=3',
  '/contributions?periods=SI&by=currency',
  '/exposures?by=type',
  '/segments/performance?periods=SI&by=currency',
  '/segments/timeseries?by=currency&key=USD&frequency=monthly',
  '/attribution?periods=SI&benchmark=security:EQ_USD&by=currency&currency_effect=apart',
  '/transactions',
  '/transactions?limit=3',
  '/cashflows',
];
const OF_POSITION = [
  '/history',
  '/lots',
  '/lots?date=2024-02-01',
  '/timeseries',
  '/timeseries?limit=5',
  '/performance?periods=SI',
];

function paths(): string[] {
  return [
    '/v1/portfolios',
    '/v1/portfolios?limit=4',
    ...Object.entries(SECURITIES).flatMap(([portfolio, securities]) => [
      ...OF_PORTFOLIO.map((read) => `/v1/portfolios/${portfolio}${read}`),
      ...securities.flatMap((security) =>
        OF_POSITION.map((read) => `/v1/portfolios/${portfolio}/positions/${security}${read}`),
      ),
    ]),
  ];
}

/** Epochs count how often tables were rewritten, cursors name a place in a version of them. */
const OF_TABLES = new Set(['epoch', 'next_cursor']);

function withoutTables(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTables);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OF_TABLES.has(name))
      .map(([name, inner]) => [name, withoutTables(inner)]),
  );
}

async function ask(path: string, position?: number): Promise<unknown> {
  const known = position === undefined ? '' : `${path.includes('?') ? '&' : '?'}known_at=${position}`;
  const reply = await api.get(path + known);
  const text = await reply.text();
  // A problem tells its own request, which is another one.
  return reply.ok ? withoutTables(JSON.parse(text)) : reply.status;
}

beforeAll(async () => {
  api = await createTestApi();
  log = createPostgresEventLog({ database: api.database });
});
afterAll(async () => {
  await log.close();
  await api.close();
});

const PARAMETERS = z.array(z.object({ name: z.string() })).default([]);
const OPENAPI = z.object({
  paths: z.record(z.string(), z.object({ get: z.object({ parameters: PARAMETERS }).optional() })),
});

/** An audit of what the tables went through, and comparisons, which have two moments of knowledge. */
const IS_OF_TABLES = /\/(epochs|restatements)\b/;

it('every read of a portfolio takes known_at', async () => {
  const reply = await api.get('/openapi.json');
  const { paths: described } = OPENAPI.parse(await reply.json());
  const reads = Object.entries(described).filter(
    ([path, { get }]) => get && path.startsWith('/v1/portfolios'),
  );
  expect(reads.length).toBeGreaterThan(10);
  const without = reads
    .filter(([, { get }]) => !get!.parameters.some(({ name }) => name === 'known_at'))
    .map(([path]) => path);
  expect(without.filter((path) => !IS_OF_TABLES.test(path))).toEqual([]);
  const asked = paths().map((path) => path.replace(/\?.*/, ''));
  for (const [path] of reads.filter(([path]) => !IS_OF_TABLES.test(path))) {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    expect(
      asked.some((each) => pattern.test(each)),
      path,
    ).toBe(true);
  }
});

it('every read at a position answers what it answered when the log ended there', async () => {
  const facts = goldenFacts();
  const captured: { position: number; answers: unknown[] }[] = [];
  let done = 0;
  for (const stop of [...STOPS, 1]) {
    const until = Math.round(facts.length * stop);
    await log.appendMany(
      facts.slice(done, until).map(({ streamId, event }) => ({
        streamId,
        expected: 'any' as const,
        events: [
          { ...event, effectiveAt: '2024-06-01T00:00:00.000000Z', metadata: { source: 'cli' as const } },
        ],
      })),
    );
    done = until;
    await api.project();
    const answers: unknown[] = [];
    for (const path of paths()) answers.push(await ask(path));
    captured.push({ position: until, answers });
  }
  // From the last back to the first, and a second time from what was kept.
  for (const { position, answers } of [...captured.reverse(), captured[0]!])
    for (const [index, path] of paths().entries())
      expect(await ask(path, position), `${path} at ${position}`).toEqual(answers[index]);
}, 300_000);
