/** Replies of the API as examples of its document: short, and the same every time. */
import type { TestApi } from '../support/api.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly example?: unknown; readonly examples?: readonly unknown[] };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** Identifiers that are made up by the server, by the names of parameters. */
export type Known = Readonly<Record<string, string>>;

const SHORT = 2;
/** What was now when an example was made. */
const INSTANT = '2025-08-18T09:30:00.000000Z';
const MOMENT = 1_755_509_400_000;
/** Members whose figures are the machine's. */
const MEASURED =
  /^(seconds|uptime|bytes|rows|rows_per_second|eta_seconds|held_ms|requestCount|errorCount|errorRate|totalCount|idleCount|waitingCount)$/;

/** The address that an operation's examples make: with the parameters it cannot do without. */
export function addressOf(path: string, { parameters = [] }: Operation, known: Known): string {
  const valueOf = ({ name, schema }: Parameter) =>
    encodeURIComponent(known[name] ?? String(schema.example ?? schema.examples?.[0]));
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const address = inPath.reduce((made, one) => made.replace(`{${one.name}}`, valueOf(one)), path);
  const query = inQuery.map((one) => `${one.name}=${valueOf(one)}`).join('&');
  return query === '' ? address : `${address}?${query}`;
}

export async function recorded(
  api: TestApi,
  address: string,
): Promise<{ readonly status: number; readonly reply: unknown }> {
  const reply = await api.get(address, { Accept: 'application/json' });
  return { status: reply.status, reply: settled(await reply.json(), new Map()) };
}

function settled(value: unknown, ids: Map<string, string>, name = ''): unknown {
  if (Array.isArray(value)) return value.slice(0, SHORT).map((each) => settled(each, ids));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([member, inside]) => [member, settled(inside, ids, member)]),
    );
  if (typeof value === 'number') {
    if (MEASURED.test(name)) return 12;
    return value > MOMENT ? MOMENT : value;
  }
  return typeof value === 'string' ? settledText(value, ids) : value;
}

/** Instants after those of the books are those of the run; ids are counted in the order they come. */
function settledText(text: string, ids: Map<string, string>): string {
  return text
    .replace(/20(2[6-9]|[3-9]\d)-\d{2}-\d{2}T[\d:.]+Z/g, INSTANT)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      const settledId = ids.get(id) ?? `0f8fad5b-d9cb-469f-a165-7086772895${10 + ids.size}`;
      ids.set(id, settledId);
      return settledId;
    });
}
