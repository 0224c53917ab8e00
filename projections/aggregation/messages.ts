/**
 * The messages by which positions and portfolios are kept in step: `daily_position_snapshot_persisted` and
 * `portfolio_aggregation_required`. Fields that we do not know are passed over: others may add theirs.
 */
import { z } from 'zod';
import type { DeadLetter, Message } from '../../domain/messages.ts';
import { tryDay } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';

/** Printable and without spaces, as all identifiers of the outside interfaces are. */
const identifier = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must have 1 to 128 printable characters without spaces');

const calendarDay = z.string().transform((text, context): Day => {
  const day = tryDay(text);
  if (day !== undefined && text >= '1900' && text < '2200') return day;
  context.addIssue({
    code: 'custom',
    message: 'must be a date of the years 1900 to 2199 such as 2025-08-20',
  });
  return z.NEVER;
});

const snapshotSchema = z.object({
  id: z.int().min(0),
  portfolio_id: identifier,
  security_id: identifier,
  date: calendarDay,
  epoch: z.int().min(0).max(2_147_483_647),
});

const orderSchema = z.object({
  portfolio_id: identifier,
  aggregation_date: calendarDay,
  correlation_id: z
    .string()
    .regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them control characters'),
});

export type PersistedSnapshot = z.output<typeof snapshotSchema>;
export type AggregationOrder = z.output<typeof orderSchema>;

/** A message and what it says. */
export interface Read<T> {
  readonly message: Message;
  readonly said: T;
}

export interface ReadBatch<T> {
  readonly read: readonly Read<T>[];
  readonly deadLetters: readonly DeadLetter[];
}

export function readSnapshots(messages: readonly Message[]): ReadBatch<PersistedSnapshot> {
  return readWith(snapshotSchema, messages);
}

export function readOrders(messages: readonly Message[]): ReadBatch<AggregationOrder> {
  return readWith(orderSchema, messages);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readWith<T>(schema: z.ZodType<T>, messages: readonly Message[]): ReadBatch<T> {
  const read: Read<T>[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const message of messages) {
    const json = parseJson(message.value);
    if ('fault' in json) {
      deadLetters.push({ message, code: 'json', reason: printable(json.fault) });
      continue;
    }
    const parsed = schema.safeParse(json.value);
    if (parsed.success) read.push({ message, said: parsed.data });
    else
      deadLetters.push({
        message,
        code: 'invalid',
        reason: parsed.error.issues
          .map((issue) =>
            issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
          )
          .join('; '),
      });
  }
  return { read, deadLetters };
}

function parseJson(value: Uint8Array | null): { readonly value: unknown } | { readonly fault: string } {
  if (value === null) return { fault: 'the message has no value' };
  try {
    return { value: JSON.parse(utf8.decode(value)) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** The parser quotes what it stumbled over; no database keeps a NUL in a text. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
