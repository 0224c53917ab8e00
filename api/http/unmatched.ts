/** Requests that no endpoint takes. */
import type { NotFoundHandler } from 'hono';
import type { Api, ApiEnv } from './context.ts';
import { Problem, problemResponse } from './problem.ts';

/** 405 with the methods where the path is known, else 404. To be called when everything is registered. */
export function unmatched(api: Api): NotFoundHandler<ApiEnv> {
  const known = api.routes
    .filter((route) => route.method !== 'ALL' && !route.path.includes('*'))
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`) }));
  return (c) => {
    const methods = new Set(
      known
        .filter(({ pattern }) => pattern.test(c.req.path))
        .flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : method)),
    );
    const problem =
      methods.size === 0
        ? new Problem('not-found', `there is nothing at ${c.req.path}`)
        : new Problem('method-not-allowed', `${c.req.method} is not allowed here`, {
            headers: { Allow: [...methods].join(', ') },
          });
    return problemResponse(problem, c.get('requestId'));
  };
}
