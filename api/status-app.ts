/**
 * What a process serves that has no API of the books: whether it lives, can work, and what it measures; and
 * market data, where that is what it is for.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { registerDocs } from './docs/docs.ts';
import { registerHealth, registerMetrics } from './health.ts';
import { openAccess } from './access/access.ts';
import type { Access } from './access/access.ts';
import type { Api, ApiEnv } from './http/context.ts';
import { controlled, crossOrigin, observed, requestId, securityHeaders } from './http/middleware.ts';
import { problemOf } from './http/failure.ts';
import { PROBLEMS, problemResponse } from './http/problem.ts';
import { unmatched } from './http/unmatched.ts';
import { registerMarket } from './market/app.ts';
import type { MarketDependencies } from './market/app.ts';
import type { Health, MetricsText, Observer } from './ports.ts';

export interface StatusDependencies {
  readonly health: Health;
  /** Absent: no `/metrics`. */
  readonly metrics?: MetricsText;
  /** Absent: no market data. */
  readonly market?: MarketDependencies & { readonly corsOrigins: readonly string[] };
  /** Absent: nothing is required of anybody. */
  readonly access?: Access;
  readonly observer: Observer;
}

export function createStatusApi({ health, metrics, market, access, observer }: StatusDependencies): Api {
  const api: Api = new OpenAPIHono<ApiEnv>();
  api.use(requestId(), observed(observer));
  if (market) api.use(crossOrigin(market.corsOrigins));
  api.use(securityHeaders(), controlled(access ?? openAccess(market?.corsOrigins ?? [])));
  api.onError((error, c) => failure(error, c.get('requestId'), observer));
  if (market) registerMarket(api, market, observer);
  registerHealth(api, health);
  if (metrics) registerMetrics(api, metrics);
  if (market) registerDocs(api);
  api.notFound(unmatched(api));
  return api;
}

function failure(error: unknown, correlationId: string, observer: Observer): Response {
  const problem = problemOf(error);
  if (PROBLEMS[problem.code][0] >= 500) observer.failure(correlationId, error);
  return problemResponse(problem, correlationId);
}
