/** The dashboards as Grafana would load them: parsed, with panels, queries and variables in lists. */
import { readFileSync, readdirSync } from 'node:fs';
import { z } from 'zod';

const FOLDER = new URL('../../infra/grafana/dashboards/', import.meta.url);

const dataSource = z.object({ type: z.string(), uid: z.string() });
const target = z.object({
  datasource: dataSource,
  refId: z.string(),
  rawSql: z.string().optional(),
  format: z.enum(['time_series', 'table']).optional(),
  expr: z.string().optional(),
  instant: z.boolean().optional(),
});
const panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(target).default([]),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
});
const variable = z.object({
  name: z.string(),
  type: z.enum(['query', 'custom']),
  query: z.string(),
  multi: z.boolean(),
  datasource: dataSource.optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), target: target.optional() })) }),
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
});

export type Target = z.output<typeof target>;
export type Panel = z.output<typeof panel>;
export type Variable = z.output<typeof variable>;
export type Dashboard = z.output<typeof dashboard> & { readonly file: string };

export const DASHBOARDS: readonly Dashboard[] = readdirSync(FOLDER)
  .sort()
  .map((file) => {
    const parsed: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    return { file, ...dashboard.parse(parsed) };
  });

/** A query of a panel or an annotation, and what to call it in a report. */
export interface PanelQuery {
  readonly dashboard: Dashboard;
  readonly name: string;
  readonly panel: Panel | undefined;
  readonly target: Target;
}

export const QUERIES: readonly PanelQuery[] = DASHBOARDS.flatMap((board) => [
  ...board.panels.flatMap((of) =>
    of.targets.map((one) => ({
      dashboard: board,
      name: `${board.title}: ${of.title}${of.targets.length > 1 ? ` (${one.refId})` : ''}`,
      panel: of,
      target: one,
    })),
  ),
  ...board.annotations.list.flatMap(({ name, target: one }) =>
    one
      ? [{ dashboard: board, name: `${board.title}: annotation ${name}`, panel: undefined, target: one }]
      : [],
  ),
]);
