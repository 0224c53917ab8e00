/** What can be told of the dashboards without running a query. */
import { parse } from 'yaml';
import { z } from 'zod';
import { beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../infra/metrics/metrics.ts';
import { fileOf } from '../compose/compose.ts';
import { DASHBOARDS, QUERIES } from './dashboards.ts';

const sources = z
  .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string(), editable: z.boolean() })) })
  .parse(parse(fileOf('infra/grafana/provisioning/datasources/chronofolio.yml'))).datasources;

describe.each(DASHBOARDS.map((board) => ({ title: board.title, board })))('$title', ({ board }) => {
  const panels = board.panels.filter(({ type }) => type !== 'row');

  test('tells what every panel shows', () => {
    expect(board.description).toMatch(/\.$/);
    for (const { title, description } of panels) expect(description, title).toMatch(/\.$/);
    const titles = panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('has a unit for every figure', () => {
    for (const { title, fieldConfig } of panels) expect(fieldConfig?.defaults.unit, title).toBeTruthy();
  });

  test('lays panels beside one another, never over one another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of board.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    }
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
  });

  test('asks only data sources that are provisioned', () => {
    const asked = [
      ...QUERIES.filter(({ dashboard }) => dashboard === board).map(({ target }) => target.datasource),
      ...board.templating.list.flatMap(({ datasource }) => datasource ?? []),
    ];
    expect(asked).not.toHaveLength(0);
    for (const { uid, type } of asked) expect(sources).toContainEqual({ uid, type, editable: false });
  });

  test('reads views of the schema reporting and nothing else', () => {
    for (const { name, target } of QUERIES.filter(({ dashboard }) => dashboard === board)) {
      const sql = (target.rawSql ?? '').replaceAll(/extract\(\w+ from /g, '');
      const common = [...sql.matchAll(/(?:with|,)\s+(\w+) as \(/g)].map(([, word]) => word);
      const read = [...sql.matchAll(/\b(?:from|join)\s+([a-z_][\w.]*)/g)].map(([, word]) => word ?? '');
      for (const table of read)
        expect(common.includes(table) || /^reporting\.\w+$/.test(table), `${name}: ${table}`).toBe(true);
    }
  });
});

describe('metrics', () => {
  let registered: Set<string>;
  beforeAll(async () => {
    const { body } = await createMetrics().render();
    registered = new Set([...body.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name ?? ''));
  });

  const named = (text: string): string[] =>
    [...text.matchAll(/\b(?:chronofolio|nodejs|process)_\w+/g)].map(([name]) => name);
  const isRegistered = (name: string): boolean =>
    registered.has(name) || registered.has(name.replace(/_(bucket|sum|count)$/, ''));

  test('every one that a panel shows is registered', () => {
    const shown = QUERIES.flatMap(({ target }) => named(target.expr ?? ''));
    expect(shown.length).toBeGreaterThan(40);
    expect(shown.filter((name) => !isRegistered(name))).toEqual([]);
  });

  test('every one that an alert watches is registered', () => {
    const rules = z
      .object({ groups: z.array(z.object({ rules: z.array(z.object({ expr: z.string() })) })) })
      .parse(parse(fileOf('infra/prometheus/rules/chronofolio.yml')));
    const watched = rules.groups.flatMap((group) => group.rules.flatMap(({ expr }) => named(expr)));
    expect(watched.length).toBeGreaterThan(20);
    expect(watched.filter((name) => !isRegistered(name))).toEqual([]);
  });

  test('every one of ours is shown by a panel', () => {
    const shown = new Set(
      QUERIES.flatMap(({ target }) => named(target.expr ?? '')).map((name) =>
        name.replace(/_(bucket|sum|count)$/, ''),
      ),
    );
    const ours = [...registered].filter((name) => name.startsWith('chronofolio_'));
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});
