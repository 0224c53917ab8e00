/** Problem replies (RFC 9457). The only place where a failure gets its HTTP status. */
import type { FieldError } from '../../commands/parsed.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Every kind of problem with its status and title; `type` is `urn:chronofolio:problem:<kind>`. */
export const PROBLEMS = {
  'malformed-body': [400, 'The body cannot be read'],
  'invalid-parameter': [400, 'A parameter is not valid'],
  unauthenticated: [401, 'Not authenticated'],
  forbidden: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'not-acceptable': [406, 'No acceptable format'],
  conflict: [409, 'In conflict with what is recorded'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Unsupported media type'],
  rejected: [422, 'Rejected'],
  'rate-limited': [429, 'Too many requests'],
  'internal-error': [500, 'Internal error'],
  'not-implemented': [501, 'Not implemented'],
  unavailable: [503, 'Temporarily unavailable'],
  'not-projected-in-time': [504, 'Recorded, but not visible in time'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemKind = keyof typeof PROBLEMS;

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly correlation_id?: string;
}

/** Thrown by the API's own code to end a request with a problem reply. */
export class Problem extends Error {
  readonly code: ProblemKind;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemKind,
    detail: string,
    options: {
      errors?: readonly FieldError[];
      headers?: Readonly<Record<string, string>>;
      members?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

export function invalidParameters(errors: readonly FieldError[]): Problem {
  return new Problem('invalid-parameter', sentence(errors), { errors });
}

export function invalidParameter(field: string, rule: string, message: string): Problem {
  return invalidParameters([{ field, rule, message }]);
}

/** The errors in one line, for people. */
export function sentence(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => (field === '' ? message : `${field} ${message}`)).join('; ');
}

export function problemResponse(problem: Problem, correlationId: string): Response {
  const [status, title] = PROBLEMS[problem.code];
  const body: ProblemBody = {
    type: `urn:chronofolio:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
    ...problem.members,
    correlation_id: correlationId,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store', ...problem.headers },
  });
}
