/** What happens around every request: its id, its headers, its measurement. */
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Access } from '../access/access.ts';
import type { Observer } from '../ports.ts';
import { LOCAL } from '../../domain/access/principal.ts';
import { NOBODY } from '../access/admit.ts';
import type { ApiEnv } from './context.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Takes over the caller's `X-Request-Id` when it is harmless, else makes one. */
export function requestId(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const given = c.req.header('X-Request-Id');
    const id = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
    c.set('requestId', id);
    c.set('route', 'unmatched');
    await next();
    c.header('X-Request-Id', id);
  };
}

/** Has everything after it know how access is controlled, and tells the caller what it has left. */
export function controlled(access: Access): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('access', access);
    c.set('principal', access.required ? NOBODY : LOCAL);
    await next();
    const allowance = c.get('allowance');
    if (!allowance) return;
    c.header('RateLimit-Limit', String(allowance.limit));
    c.header('RateLimit-Remaining', String(allowance.remaining));
    c.header('RateLimit-Reset', String(allowance.retryAfter));
  };
}

const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Headers for replies that are data; a handler that serves a page sets a policy of its own. */
export function securityHeaders(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!c.res.headers.has(name)) c.header(name, value);
  };
}

const EXPOSED_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Link',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Chronofolio-Complete-Through',
  'X-Chronofolio-Position',
  'X-Request-Id',
];

export function crossOrigin(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'X-Request-Id'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
}

/** Measures from the first byte in to the head of the reply; a streamed body is not waited for. */
export function observed(observer: Observer): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    observer.request({
      requestId: c.get('requestId'),
      method: c.req.method,
      route: c.get('route'),
      status: c.res.status,
      seconds: (performance.now() - started) / 1000,
    });
  };
}
