/** What a process serves that has no API of its own: whether it lives, can work, and what it measures. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { registerHealth, registerMetrics } from './health.ts';
import type { Api, ApiEnv } from './http/context.ts';
import { observed, requestId, securityHeaders } from './http/middleware.ts';
import { problemOf } from './http/failure.ts';
import { PROBLEMS, problemResponse } from './http/problem.ts';
import { unmatched } from './http/unmatched.ts';
import type { Health, MetricsText, Observer } from './ports.ts';

export interface StatusDependencies {
  readonly health: Health;
  /** Absent: no `/metrics`. */
  readonly metrics?: MetricsText;
  readonly observer: Observer;
}

export function createStatusApi({ health, metrics, observer }: StatusDependencies): Api {
  const api: Api = new OpenAPIHono<ApiEnv>();
  api.use(requestId(), observed(observer), securityHeaders());
  api.onError((error, c) => failure(error, c.get('requestId'), observer));
  registerHealth(api, health);
  if (metrics) registerMetrics(api, metrics);
  api.notFound(unmatched(api));
  return api;
}

function failure(error: unknown, correlationId: string, observer: Observer): Response {
  const problem = problemOf(error);
  if (PROBLEMS[problem.code][0] >= 500) observer.failure(correlationId, error);
  return problemResponse(problem, correlationId);
}
