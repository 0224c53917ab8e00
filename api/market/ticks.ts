/** `POST /api/ticks`: prices as they come in, from those who do not send them over Kafka. */
import { z } from '@hono/zod-openapi';
import { MAX_LINE_LENGTH } from '../../commands/json.ts';
import type { TickFault } from '../../projections/market/tick-rules.ts';
import type { TickIntake, TickResult } from '../../projections/market/ticks.ts';
import { locateError } from '../body/locate.ts';
import { limitedText } from '../body/read.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { noParams } from '../reads/parameters.ts';
import { marketEndpoint, marketReply } from './endpoint.ts';
import { success } from './reply.ts';

export interface TickDependencies {
  readonly take: TickIntake['takeAll'];
  readonly bodyLimitBytes: number;
  /** The most ticks of one request. */
  readonly maxTicks: number;
}

/** What is wrong with one item, counted from 0 in the order sent. */
type IndexedFault = TickFault & { readonly index: number };

const amount = z.union([z.number(), z.string()]);
const tickSchema = z
  .object({
    ric: z.string().nullish().meta({
      description:
        'Such as `AAPL.O`; a known exchange suffix is removed. One of `ric` and `symbol` is given.',
      example: 'AAPL.O',
    }),
    symbol: z.string().nullish().meta({ description: 'In place of `ric`.' }),
    price: amount.meta({ example: 187.32 }),
    timestamp: z
      .int()
      .meta({ description: 'Unix milliseconds, at most a minute ahead.', example: 1755851400123 }),
    volume: amount.nullish().meta({ description: 'The size of this trade.' }),
    bid: amount.nullish(),
    ask: amount.nullish(),
  })
  .meta({ id: 'Tick', description: 'A price at a moment.' });

const countsSchema = z.object({
  accepted: z.int().meta({ description: 'Became the current prices of their symbols.' }),
  stale: z.int().meta({ description: 'Were older than that; they are in the bars of their own time.' }),
  repeated: z.int().meta({ description: 'Were there already, word for word, and changed nothing.' }),
  rejected: z.int(),
});

const errorsSchema = z
  .array(z.object({ index: z.int(), field: z.string(), rule: z.string(), message: z.string() }))
  .meta({ description: 'What is wrong with each rejected item, by its place from 0.' });

const refusedSchema = z.object({
  success: z.literal(false),
  error: z.string(),
  data: countsSchema,
  errors: errorsSchema,
  timestamp: z.int().meta({ description: 'Unix milliseconds.' }),
});

export function registerTicks(api: Api, { take, bodyLimitBytes, maxTicks }: TickDependencies): void {
  marketEndpoint(
    api,
    {
      method: 'post',
      path: '/api/ticks',
      allPortfolios: true,
      summary: 'Take ticks in',
      description: `One object, an array, or one object a line; at most ${maxTicks} of them. Good ones are taken whatever the others are.`,
      params: noParams,
      query: noParams,
      bodyDocument: {
        required: true,
        content: {
          'application/json': {
            schema: z.union([tickSchema, z.array(tickSchema)]),
            example: { ric: 'AAPL.O', price: 187.32, timestamp: 1755851400123, volume: 100 },
          },
          'application/x-ndjson': { schema: tickSchema },
        },
      },
      replies: {
        200: marketReply('What became of them', { data: countsSchema, errors: errorsSchema.optional() }),
        422: {
          description: 'None of them can be taken.',
          content: { 'application/json': { schema: refusedSchema } },
        },
      },
      problems: ['malformed-body', 'body-too-large', 'rejected'],
    },
    async (c) => {
      const text = await limitedText(c, bodyLimitBytes);
      const read = isNdjson(c) ? linesOf(text) : itemsOf(text);
      const count = read.items.length + read.faults.length;
      if (count === 0) throw new Problem('malformed-body', 'no tick was sent');
      if (count > maxTicks)
        throw new Problem(
          'body-too-large',
          `a request may have ${maxTicks} ticks, and this one has ${count}`,
        );
      const values = read.items.map(({ value }) => value);
      const results = values.length === 0 ? [] : await take(values);
      return reply(
        c,
        results,
        read.items.map(({ index }) => index),
        read.faults,
      );
    },
  );
}

function isNdjson(c: ApiContext): boolean {
  return /ndjson|jsonl/i.test(c.req.header('Content-Type') ?? '');
}

/** Items that could be read, and lines that could not. */
interface ReadItems {
  readonly items: readonly { readonly index: number; readonly value: unknown }[];
  readonly faults: readonly IndexedFault[];
}

function itemsOf(text: string): ReadItems {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const place = locateError(text);
    const where = place ? ` at line ${place.line}, column ${place.column}` : '';
    throw new Problem('malformed-body', `malformed JSON${where}`, { cause: error });
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return { items: values.map((each, index) => ({ index, value: each })), faults: [] };
}

/** Blank lines are passed over; one that is no JSON is an error of its own. */
function linesOf(text: string): ReadItems {
  const items: { index: number; value: unknown }[] = [];
  const faults: IndexedFault[] = [];
  let index = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (line.length > MAX_LINE_LENGTH)
      faults.push({
        index,
        field: '',
        rule: 'length',
        message: `longer than ${MAX_LINE_LENGTH} characters`,
      });
    else {
      try {
        items.push({ index, value: JSON.parse(line) });
      } catch {
        faults.push({ index, field: '', rule: 'json', message: 'malformed JSON' });
      }
    }
    index += 1;
  }
  return { items, faults };
}

function reply(
  c: ApiContext,
  results: readonly TickResult[],
  indexes: readonly number[],
  unreadable: readonly IndexedFault[],
): Response {
  const counts = { accepted: 0, stale: 0, repeated: 0, rejected: unreadable.length };
  const errors = [...unreadable];
  results.forEach((result, i) => {
    if (result.status === 'rejected') {
      counts.rejected += 1;
      errors.push(...result.faults.map((fault) => ({ index: indexes[i]!, ...fault })));
    } else counts[result.status === 'late' ? 'stale' : result.status] += 1;
  });
  errors.sort((a, b) => a.index - b.index);
  if (counts.rejected < results.length + unreadable.length)
    return success(c, counts, errors.length > 0 ? { errors } : {});
  const error = `none of the ticks can be taken: ${sentenceOf(errors[0]!)}`;
  return c.json({ success: false as const, error, data: counts, errors, timestamp: Date.now() }, 422);
}

function sentenceOf({ field, message }: TickFault): string {
  return field === '' ? message : `${field} ${message}`;
}
