/** What every operation of the document has alike: its name, and the headers of its replies. */
import type { Api } from '../http/context.ts';
import { RECORDED } from './recorded.ts';
import { operationId } from './operation-id.ts';

export type Document = ReturnType<Api['getOpenAPI31Document']>;
type PathItem = NonNullable<Document['paths']>[string];
export type Operation = NonNullable<PathItem['get']>;
export type Replies = NonNullable<Operation['responses']>;
/** Of the index of `Replies`, which also holds extensions of any type. */
export type Reply = NonNullable<Replies['default']>;
type Headers = NonNullable<NonNullable<Document['components']>['headers']>;

const JSON_TYPE = 'application/json';
const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** Headers by the names that replies refer to them by. */
export const HEADERS = {
  'X-Request-Id': {
    description: 'Of this request: as it was sent, where it was harmless, else made up. Logs have it too.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
    example: '0b0e4b9e-6f5e-4c51-9d0a-2f4f2b1c9d11',
  },
  'WWW-Authenticate': {
    description: 'That a bearer token is wanted.',
    required: true,
    schema: { type: 'string' },
    example: 'Bearer realm="chronofolio"',
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 0 },
    example: 1,
  },
  'RateLimit-Limit': {
    description: 'How many requests may come at once; where requests are limited.',
    schema: { type: 'integer', minimum: 1 },
  },
  'RateLimit-Remaining': {
    description: 'How many may come now; where requests are limited.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Reset': {
    description: 'Seconds until one more may come; where requests are limited.',
    schema: { type: 'integer', minimum: 0 },
  },
} as const satisfies Headers;

type HeaderName = keyof typeof HEADERS;

const ALWAYS: readonly HeaderName[] = [
  'X-Request-Id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/** Those that only replies of a status have. */
const BY_STATUS: Readonly<Record<string, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

export function completed(document: Document): Document {
  const named = mapOperations(document, (method, path, operation) => {
    const name = operation.operationId ?? operationId(method, path);
    return {
      operationId: name,
      ...operation,
      responses: withExample(withHeaders(operation.responses ?? {}), RECORDED[name]),
    };
  });
  return { ...named, components: { ...named.components, headers: HEADERS } };
}

/** The document with every operation as `map` makes it. */
export function mapOperations(
  document: Document,
  map: (method: string, path: string, operation: Operation) => Operation,
): Document {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]): [string, PathItem] => {
    const mapped: PathItem = { ...item };
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) mapped[method] = map(method, path, operation);
    }
    return [path, mapped];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/** Where a success in JSON has no example of its own, the one that was recorded. */
function withExample(replies: Replies, example: unknown): Replies {
  if (example === undefined) return replies;
  return mapReplies(replies, (status, reply) => {
    const json = status === '200' && 'content' in reply ? reply.content?.[JSON_TYPE] : undefined;
    return json ? { ...reply, content: { ...contentOf(reply), [JSON_TYPE]: { example, ...json } } } : reply;
  });
}

function contentOf(reply: Reply) {
  return 'content' in reply ? reply.content : undefined;
}

function withHeaders(replies: Replies): Replies {
  return mapReplies(replies, (status, reply) => {
    const names = [...ALWAYS, ...(BY_STATUS[status] ?? [])];
    const headers = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
    return { ...reply, headers: { ...headers, ...('headers' in reply ? reply.headers : {}) } };
  });
}

/** The library's index of replies is of any type, as extensions stand among them. */
export function mapReplies(replies: Replies, map: (status: string, reply: Reply) => Reply): Replies {
  return Object.fromEntries(
    Object.entries(replies).map(([status, reply]: [string, Reply]) => [status, map(status, reply)]),
  );
}
