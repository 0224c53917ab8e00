/**
 * An endpoint of the market-data API: declared, documented and parsed as its neighbours are, but every
 * failure is answered in the envelope of `reply.ts`, which its clients know from before.
 */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import type { MiddlewareHandler } from 'hono';
import type { RouteConfig } from '@hono/zod-openapi';
import { fieldErrors } from '../../commands/schemas/issues.ts';
import { limitedText } from '../body/read.ts';
import type { Api, ApiContext, ApiEnv } from '../http/context.ts';
import { admit } from '../access/admit.ts';
import type { Requirement } from '../access/access.ts';
import { accessProblems, parseAll, requirementOf, securityOf, singleQueries } from '../http/endpoint.ts';
import { problemOf } from '../http/failure.ts';
import { Problem, PROBLEMS, sentence } from '../http/problem.ts';
import type { ProblemKind } from '../http/problem.ts';
import type { Observer } from '../ports.ts';

/** The largest body an endpoint reads unless it says otherwise. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const ERROR = z
  .object({
    success: z.literal(false),
    error: z.string(),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which field.' }),
    timestamp: z.int().meta({ description: 'Unix milliseconds.' }),
  })
  .meta({ id: 'MarketError', description: 'A failure of the market-data API.' });

/** `P`, `Q` and `B` are the parsed path parameters, query and body. */
export interface MarketEndpointSpec<P, Q, B> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** What its caller must have: `read` for a GET and `write` for the rest, unless said. */
  readonly scope?: Requirement['scope'];
  /** It changes what all share, or shows what is not of single portfolios. */
  readonly allPortfolios?: boolean;
  readonly params: ZodObject & z.ZodType<P>;
  readonly query: ZodObject & z.ZodType<Q>;
  /** A JSON body and its schema. Absent: the handler reads what it wants. */
  readonly body?: z.ZodType<B>;
  /** What is documented of the body where that is not its schema. */
  readonly bodyDocument?: NonNullable<RouteConfig['request']>['body'];
  readonly bodyLimitBytes?: number;
  /** Replies beside the errors, see `marketReply`. */
  readonly replies: RouteConfig['responses'];
  /** The failures beyond those that any endpoint may answer with. */
  readonly problems?: readonly ProblemKind[];
}

export interface MarketInput<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** What pages from anywhere have always read. */
const PRICES = /^\/(api\/(snapshots|symbols|data|ohlc|analytics|indicators)|analytics)(\/|$)/;

const COMMON: readonly ProblemKind[] = ['invalid-parameter', 'internal-error', 'unavailable'];

/**
 * Registers the endpoint with the router and with the OpenAPI document. What the handler throws becomes an
 * envelope: a `Problem` with its own status and text, the rest with 500 or 503; `c.error` then has the
 * failure, for whoever logs those of ours (`reportFailures`).
 */
export function marketEndpoint<P, Q, B = undefined>(
  api: Api,
  spec: MarketEndpointSpec<P, Q, B>,
  handle: (c: ApiContext, input: MarketInput<P, Q, B>) => Response | Promise<Response>,
): void {
  const known = requirementOf(spec);
  const requirement = { ...known, anyPage: known.scope === 'read' && PRICES.test(spec.path) };
  const document = spec.bodyDocument ?? bodyDocumentOf(spec.body);
  api.openAPIRegistry.registerPath({
    method: spec.method,
    path: spec.path,
    tags: ['Market data'],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...securityOf(requirement),
    request: {
      params: spec.params,
      query: spec.query,
      ...(document === undefined ? {} : { body: document }),
    },
    responses: {
      ...errorReplies([
        ...COMMON,
        ...accessProblems(requirement),
        ...(document ? BODY_PROBLEMS : []),
        ...(spec.problems ?? []),
      ]),
      ...spec.replies,
    },
  });
  api.on(spec.method.toUpperCase(), spec.path.replace(/\{(\w+)\}/g, ':$1'), async (c: ApiContext) => {
    c.set('route', spec.path);
    try {
      await admit(c, requirement);
      const params = parseAll(spec.params, c.req.param());
      const query = parseAll(spec.query, singleQueries(c));
      // Without a schema there is no body to speak of, and `B` is undefined.
      const body = spec.body ? await readJson(c, spec.body, spec.bodyLimitBytes) : (undefined as B);
      return await handle(c, { params, query, body });
    } catch (error) {
      c.error = error instanceof Error ? error : new Error('a handler failed', { cause: error });
      return errorReply(problemOf(error));
    }
  });
}

const BODY_PROBLEMS: readonly ProblemKind[] = ['malformed-body', 'body-too-large'];

/** The documentation of a reply with `success`, `timestamp` and what else `shape` says. */
export function marketReply(
  description: string,
  shape: Readonly<Record<string, z.ZodType>>,
): RouteConfig['responses'][string] {
  const schema = z.object({
    success: z.literal(true),
    ...shape,
    timestamp: z.int().meta({ description: 'Unix milliseconds.' }),
  });
  return { description, content: { 'application/json': { schema } } };
}

/** The same, or with `format=csv` its rows as a table. */
export function marketTable(
  description: string,
  shape: Readonly<Record<string, z.ZodType>>,
  columns: readonly string[],
): RouteConfig['responses'][string] {
  const reply = marketReply(description, shape);
  const schema = z.string().meta({ description: 'A header line and a line per row.' });
  const csv = { schema, example: `${columns.join(',')}\n` };
  return { ...reply, content: { ...('content' in reply ? reply.content : {}), 'text/csv': csv } };
}

/**
 * A JSON body, parsed; whatever media type it says it has, as clients of old say none.
 * @throws Problem for one that is too large, no JSON or not what the schema says
 */
export async function readJson<B>(
  c: ApiContext,
  schema: z.ZodType<B>,
  limitBytes = BODY_LIMIT_BYTES,
): Promise<B> {
  const text = await limitedText(c, limitBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed-body', 'the body is not JSON', { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error.issues, value);
  throw new Problem('invalid-parameter', sentence(errors), { errors });
}

function bodyDocumentOf(schema: z.ZodType | undefined): NonNullable<RouteConfig['request']>['body'] {
  return schema && { required: true, content: { 'application/json': { schema } } };
}

function errorReplies(kinds: readonly ProblemKind[]): RouteConfig['responses'] {
  const replies: RouteConfig['responses'] = {};
  for (const status of new Set(kinds.map((kind) => PROBLEMS[kind][0]))) {
    const titles = new Set(
      kinds.filter((kind) => PROBLEMS[kind][0] === status).map((kind) => PROBLEMS[kind][1]),
    );
    replies[String(status)] = {
      description: [...titles].join('; '),
      content: { 'application/json': { schema: ERROR } },
    };
  }
  return replies;
}

function errorReply(problem: Problem): Response {
  const { message: error, errors } = problem;
  const named = errors.length > 0 ? { errors } : undefined;
  const body = { success: false, error, ...named, timestamp: Date.now() };
  return new Response(JSON.stringify(body), {
    status: PROBLEMS[problem.code][0],
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...problem.headers },
  });
}

/** Tells the observer of failures of ours; for the paths of market data alone, whose endpoints answer them. */
export function reportFailures(observer: Pick<Observer, 'failure'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.error && c.res.status >= 500) observer.failure(c.get('requestId'), c.error);
  };
}
