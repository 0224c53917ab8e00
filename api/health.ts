/** Whether the process lives, can serve, and what it measures. */
import { z } from '@hono/zod-openapi';
import type { Api } from './http/context.ts';
import { endpoint } from './http/endpoint.ts';
import type { Health, MetricsText, ProbeResult } from './ports.ts';
import { noParams } from './reads/parameters.ts';

const TAG = 'Operations';
const query = z.strictObject({});
const probe = z.object({ ok: z.boolean(), detail: z.string().optional() });
const unavailable = z.object({ status: z.literal('unavailable'), checks: z.record(z.string(), probe) });
const summary = z.object({
  status: z.enum(['healthy', 'degraded']),
  kafka: z.boolean(),
  database: z.boolean(),
  uptime: z.number().meta({ description: 'Seconds.' }),
  timestamp: z.int().meta({ description: 'Unix milliseconds.' }),
});

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

export function registerHealth(api: Api, health: Health, now: () => number = Date.now): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/health/live',
      tag: TAG,
      scope: 'public',
      summary: 'Whether the process answers',
      params: noParams,
      query,
      replies: { 200: json('It does.', z.object({ status: z.literal('alive') })) },
    },
    (c) => c.json({ status: 'alive' }),
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/health/ready',
      tag: TAG,
      scope: 'public',
      summary: 'Whether it can serve: a real probe of everything it needs',
      params: noParams,
      query,
      replies: {
        200: json('It can.', z.object({ status: z.literal('ready') })),
        503: json('It cannot, and why.', unavailable),
      },
    },
    async (c) => {
      const checks = await health.check();
      if (allOk(checks)) return c.json({ status: 'ready' });
      const shown = c.get('access').required ? withoutDetails(checks) : checks;
      return c.json({ status: 'unavailable', checks: shown }, 503);
    },
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/health',
      tag: TAG,
      scope: 'public',
      summary: 'The same facts in one line',
      params: noParams,
      query,
      replies: { 200: json('Healthy.', summary), 503: json('Degraded.', summary) },
    },
    async (c) => {
      const checks = await health.check();
      const ok = allOk(checks);
      const body = {
        status: ok ? 'healthy' : 'degraded',
        kafka: checks['kafka']?.ok ?? false,
        database: checks['database']?.ok ?? false,
        uptime: health.uptimeSeconds(),
        timestamp: now(),
      };
      return c.json(body, ok ? 200 : 503);
    },
  );
}

export function registerMetrics(api: Api, metrics: MetricsText): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/metrics',
      tag: TAG,
      scope: 'operate',
      allPortfolios: true,
      summary: 'Prometheus metrics',
      params: noParams,
      query,
      replies: { 200: { description: 'The metrics.', content: { 'text/plain': { schema: z.string() } } } },
    },
    async () => {
      const { contentType, body } = await metrics.render();
      return new Response(body, { headers: { 'Content-Type': contentType } });
    },
  );
}

/** Anybody may ask, and what is wrong inside is nobody's who is not known. */
function withoutDetails(checks: Readonly<Record<string, ProbeResult>>): Record<string, ProbeResult> {
  return Object.fromEntries(Object.entries(checks).map(([name, { ok }]) => [name, { ok }]));
}

function allOk(checks: Readonly<Record<string, ProbeResult>>): boolean {
  return Object.values(checks).every((check) => check.ok);
}
