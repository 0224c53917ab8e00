/** Every query of the cookbook, executed as those who read would, macros and variables expanded. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../infra/database/database.ts';
import { expandSql } from '../grafana/macros.ts';
import { bodyOf, createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { givenDemo, givenEdges, openReader } from '../support/reporting.ts';

interface Recipe {
  /** The heading it stands under, and its place in the document. */
  readonly name: string;
  readonly sql: string;
}

function recipesOf(markdown: string): Recipe[] {
  const recipes: Recipe[] = [];
  let heading = '';
  for (const [, title, sql] of markdown.matchAll(/^## (.+)$|^```sql\n([^]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else recipes.push({ name: `${heading} (${recipes.length + 1})`, sql: sql ?? '' });
  }
  return recipes;
}

const read = (file: string) => readFile(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
const cookbook = await read('cookbook.md');
const recipes = recipesOf(cookbook);

const RANGE = { from: new Date('2025-01-01T00:00:00Z'), to: new Date('2025-12-31T23:59:59Z') };
const CHOSEN = new Map([['portfolio', ['PORT_001', 'PORT_003']]]);
const DAY_SECONDS = 86_400;

/** The query as Grafana sends it; of its grouping by time only whole days are used. */
function expanded(sql: string): string {
  const grouped = sql
    .replaceAll('$__interval', `'1d'`)
    .replaceAll(/\$__timeGroup\((\w+), '(\d+)d'\)/g, (_, column: string, days: string) => {
      const seconds = Number(days) * DAY_SECONDS;
      return `floor(extract(epoch from ${column})/${seconds})*${seconds}`;
    });
  return expandSql(grouped, RANGE, CHOSEN);
}

let api: TestApi;
let reader: Database;
beforeAll(async () => {
  api = await createTestApi();
  await givenDemo(api);
  await givenEdges(api);
  reader = await openReader(api.database);
}, 120_000);
afterAll(async () => {
  await reader.close();
  await api.close();
});

test('has recipes in plain SQL and for Grafana, none of them overlooked', () => {
  expect(recipes.length).toBe(cookbook.match(/^```sql$/gm)?.length);
  const grafana = recipes.filter(({ sql }) => sql.includes('$'));
  expect(grafana.length).toBeGreaterThan(10);
  expect(recipes.length - grafana.length).toBeGreaterThan(15);
  for (const word of ['$__timeFilter', '$__timeFrom', '$__timeTo', '$__timeGroup', '${portfolio:sqlstring}'])
    expect(
      grafana.some(({ sql }) => sql.includes(word)),
      word,
    ).toBe(true);
});

describe('gives rows', () => {
  test.each(recipes)('$name', async ({ sql }) => {
    const rows = await reader.query<Record<string, unknown>>(expanded(sql));
    expect(rows.length).toBeGreaterThan(0);
    // A column that is null in every row says that the query misses what it is after.
    const empty = Object.keys(rows[0]!).filter((column) => rows.every((row) => row[column] === null));
    expect(empty.filter((column) => column !== 'recovered')).toEqual([]);
  });
});

test('the returns of the recipes are those of the API', async () => {
  const returns = recipes.filter(({ name }) => name.startsWith('Returns by index'));
  const { periods } = await bodyOf<{ periods: { from: string; to: string; twr: string }[] }>(
    api.get('/v1/portfolios/PORT_001/performance?from=2025-03-01&to=2025-11-30'),
  );
  const period = periods.find(({ from, to }) => from === '2025-03-01' && to === '2025-11-30');
  const plain = returns.filter(({ sql }) => sql.includes(`between '2025-03-01' and '2025-11-30'`));
  expect(plain).toHaveLength(2);
  for (const { sql } of plain) {
    const [row] = await reader.query<{ twr: string }>(sql);
    expect(Number(row?.twr)).toBeCloseTo(Number(period?.twr), 11);
  }
  const byMonth = returns.find(({ sql }) => sql.includes('as month'));
  const months = await reader.query<{ month: string; twr: string }>(byMonth!.sql);
  const { rows } = await bodyOf<{ rows: { date: string; twr: string }[] }>(
    api.get('/v1/portfolios/PORT_001/timeseries?frequency=monthly'),
  );
  expect(months.length).toBe(12);
  months.forEach(({ month, twr }, i) => {
    expect(month.slice(0, 7)).toBe(rows[i]?.date.slice(0, 7));
    expect(Number(twr)).toBeCloseTo(Number(rows[i]?.twr), 5);
  });
});

test('the table of the views names all of them', async () => {
  const text = await read('reporting.md');
  const views = await api.database.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = 'reporting'::regnamespace`,
  );
  expect(views.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
});
