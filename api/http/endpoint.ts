/**
 * One declaration per endpoint: the route, its parameters as schemas, its documentation. Parameters are
 * strict, so that a misspelt one is an error and not silently the default.
 */
import type { ZodObject, z } from 'zod';
import type { RouteConfig } from '@hono/zod-openapi';
import { fieldErrors } from '../../commands/schemas/issues.ts';
import type { FieldError } from '../../commands/parsed.ts';
import { admit } from '../access/admit.ts';
import { concealed } from '../access/conceal.ts';
import type { Requirement } from '../access/access.ts';
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
  /** What its caller must have: `read` for a GET and `write` for the rest, unless said. */
  readonly scope?: Requirement['scope'];
  /** It shows or changes what is not of single portfolios: for principals of all portfolios. */
  readonly allPortfolios?: boolean;
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

/** The requirement of an endpoint as it is enforced and documented. */
export function requirementOf(
  spec: Pick<EndpointSpec<never, never>, 'scope' | 'allPortfolios'> & { readonly method: string },
): Requirement {
  return {
    scope: spec.scope ?? (spec.method === 'get' ? 'read' : 'write'),
    allPortfolios: spec.allPortfolios ?? false,
  };
}

/** What is refused before an endpoint is entered. */
export function accessProblems({ scope }: Requirement): readonly ProblemKind[] {
  return scope === 'public' ? ['rate-limited'] : ['unauthenticated', 'forbidden', 'rate-limited'];
}

/** How the document says what an endpoint requires. */
export function securityOf({ scope }: Requirement): { security?: Record<string, string[]>[] } {
  return scope === 'public' ? { security: [] } : { security: [{ bearer: [scope] }] };
}

const COMMON_PROBLEMS: readonly ProblemKind[] = ['invalid-parameter', 'internal-error', 'unavailable'];

/** Registers the endpoint with the router and with the OpenAPI document. */
export function endpoint<P, Q>(
  api: Api,
  spec: EndpointSpec<P, Q>,
  handle: (c: ApiContext, input: EndpointInput<P, Q>) => Response | Promise<Response>,
): void {
  const requirement = requirementOf(spec);
  const problems = [...COMMON_PROBLEMS, ...accessProblems(requirement), ...(spec.problems ?? [])];
  api.openAPIRegistry.registerPath({
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...securityOf(requirement),
    request: {
      params: spec.params,
      query: spec.query,
      ...(spec.headers === undefined ? {} : { headers: spec.headers }),
      ...(spec.body === undefined ? {} : { body: spec.body }),
    },
    responses: { ...problemReplies(problems), ...spec.replies },
  });
  api.on(spec.method.toUpperCase(), spec.path.replace(/\{(\w+)\}/g, ':$1'), async (c: ApiContext) => {
    c.set('route', spec.path);
    await admit(c, requirement);
    const params = parseAll(spec.params, c.req.param());
    const query = parseAll(spec.query, singleQueries(c));
    return concealed(c, await handle(c, { params, query }));
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

/** What no parameter means, and of which the database cannot even hold the first. */
const CONTROL = /[\u0000-\u001f\u007f]/;

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
  const unreadable = Object.keys(input).filter((name) => CONTROL.test(input[name]!));
  if (unreadable.length > 0)
    throw invalidParameters(
      unreadable.map((field) => ({
        field,
        rule: 'characters',
        message: 'must not contain control characters',
      })),
    );
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidParameters(fieldErrors(parsed.error.issues, input).map(asParameter));
}

function asParameter(error: FieldError): FieldError {
  if (error.rule !== 'unknown_field') return error;
  return { field: error.field, rule: 'unknown_parameter', message: 'is not a parameter of this request' };
}
