/** A request that the server refused, or failed at. */
import type { components } from './schema.ts';

type Problem = components['schemas']['Problem'];
export type FieldError = components['schemas']['FieldError'];

const TYPE = 'urn:chronofolio:problem:';

/** Thrown for every reply that is no success. Its message is the server's own sentence. */
export class ChronofolioError extends Error {
  readonly status: number;
  /** A stable name such as `not-found`; of replies that are no problem documents `http-<status>`. */
  readonly code: string;
  /** What is wrong with which field. */
  readonly errors: readonly FieldError[];
  /** The id under which the server has logged it. */
  readonly correlationId: string | undefined;
  /** Everything the reply said. */
  readonly body: unknown;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? envelopeError(body) ?? `the server answered ${response.status}`);
    this.name = 'ChronofolioError';
    this.status = response.status;
    this.code = problem ? problem.type.replace(TYPE, '') : `http-${response.status}`;
    this.errors = problem?.errors ?? [];
    this.correlationId = response.headers.get('X-Request-Id') ?? undefined;
    this.body = body;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && 'detail' in body;
}

/** What the market-data API says instead. */
function envelopeError(body: unknown): string | undefined {
  const said: unknown = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof said === 'string' ? said : undefined;
}
