/**
 * One declaration per endpoint: the route, its parameters as schemas, its documentation. Parameters are
 * strict, so that a misspelt one is an error and not silently the default.
 */
import type { ZodObject, z } from 'zod';
import type { RouteConfig } from '@hono/zod-openapi';
import { fieldErrors } from '../../commands/schemas/issues.ts';
import type { FieldError } from '../../commands/parsed.ts';
import type { Api, ApiContext } from './context.ts';
import { invalidParameters, PROBLEMS } from './problem.ts';
import type { ProblemKind } from './problem.ts';
import { problemReply } from './problem-schema.ts';

/** `P` and `Q` are the parsed path parameters and query. */
export interface EndpointSpec<P, Q> {
  readonly method: 'get' | 'post' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: ZodObject & z.ZodType<P>;
  readonly query: ZodObject & z.ZodType<Q>;
  readonly headers?: ZodObject;
  readonly body?: NonNullable<RouteConfig['request']>['body'];
  readonly replies: RouteConfig['responses'];
  /** The problems beyond those any endpoint may answer with. */
  readonly problems?: readonly ProblemKind[];
}

export interface EndpointInput<P, Q> {
  readonly params: P;
  readonly query: Q;
}

const COMMON_PROBLEMS: readonly ProblemKind[] = ['invalid-parameter', 'internal-error', 'unavailable'];

/** Registers the endpoint with the router and with the OpenAPI document. */
export function endpoint<P, Q>(
  api: Api,
  spec: EndpointSpec<P, Q>,
  handle: (c: ApiContext, input: EndpointInput<P, Q>) => Response | Promise<Response>,
): void {
  api.openAPIRegistry.registerPath({
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    request: {
      params: spec.params,
      query: spec.query,
      ...(spec.headers === undefined ? {} : { headers: spec.headers }),
      ...(spec.body === undefined ? {} : { body: spec.body }),
    },
    responses: { ...problemReplies([...COMMON_PROBLEMS, ...(spec.problems ?? [])]), ...spec.replies },
  });
  api.on(spec.method.toUpperCase(), spec.path.replace(/\{(\w+)\}/g, ':$1'), (c: ApiContext) => {
    c.set('route', spec.path);
    const params = parseAll(spec.params, c.req.param());
    return handle(c, { params, query: parseAll(spec.query, singleQueries(c)) });
  });
}

function problemReplies(kinds: readonly ProblemKind[]): RouteConfig['responses'] {
  const replies: RouteConfig['responses'] = {};
  for (const status of new Set(kinds.map((kind) => PROBLEMS[kind][0]))) {
    const same = [...new Set(kinds.filter((kind) => PROBLEMS[kind][0] === status))];
    replies[String(status)] = problemReply(same.map((kind) => PROBLEMS[kind][1]).join('; '), same[0]!);
  }
  return replies;
}

/** The query, each parameter once. */
export function singleQueries(c: ApiContext): Record<string, string> {
  const errors: FieldError[] = [];
  const single: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1) errors.push({ field: name, rule: 'repeated', message: 'is given more than once' });
    single[name] = values[0] ?? '';
  }
  if (errors.length > 0) throw invalidParameters(errors);
  return single;
}

/** @throws Problem naming every parameter that is wrong */
export function parseAll<T>(schema: z.ZodType<T>, input: Record<string, string>): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidParameters(fieldErrors(parsed.error.issues, input).map(asParameter));
}

function asParameter(error: FieldError): FieldError {
  if (error.rule !== 'unknown_field') return error;
  return { field: error.field, rule: 'unknown_parameter', message: 'is not a parameter of this request' };
}
