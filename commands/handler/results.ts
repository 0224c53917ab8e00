/** From outcomes inside to the results callers see. */
import type { Refusal } from '../deciders/decision.ts';
import { refuse } from '../deciders/decision.ts';
import type { FieldError, Parsed } from '../parsed.ts';
import type { BatchResult, ItemResult } from './types.ts';

/** What came of a command: events appended up to a position, nothing new, or a refusal. */
export type Outcome =
  | { readonly ok: true; readonly appended: boolean; readonly position?: number; readonly pending?: boolean }
  | Refusal;

function sentence(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => (field === '' ? message : `${field} ${message}`)).join('; ');
}

export function itemResult(id: string, outcome: Outcome): ItemResult {
  if (!outcome.ok) {
    const { code, errors } = outcome;
    return { id, status: 'rejected', error: { code, message: sentence(errors), errors } };
  }
  const status = !outcome.appended ? 'duplicate' : outcome.pending ? 'pending' : 'accepted';
  return outcome.position === undefined ? { id, status } : { id, status, position: outcome.position };
}

export function invalidItem(id: string, errors: readonly FieldError[]): ItemResult {
  return itemResult(id, refuse('invalid', ...errors));
}

/** The name by which a result speaks of an item: its own identifier, or its place when it has none. */
export function itemId(raw: Parsed<unknown>, fields: readonly string[], index: number): string {
  const value = raw.ok ? raw.value : undefined;
  if (typeof value !== 'object' || value === null) return `#${index}`;
  const parts = fields.map((field): unknown => Reflect.get(value, field));
  return parts.every((part) => typeof part === 'string' && part.length <= 128)
    ? parts.join(' ')
    : `#${index}`;
}

/** All results of a stream, with the position that a reader has to reach to see their effect. */
export async function collect(results: AsyncIterable<ItemResult>): Promise<BatchResult> {
  const all: ItemResult[] = [];
  for await (const result of results) all.push(result);
  return { results: all, position: lastPosition(all) };
}

/** The last position appended; without any, the last of what was repeated; else 0. */
export function lastPosition(results: readonly ItemResult[]): number {
  const appended = results.filter((result) => result.status !== 'duplicate');
  const highest = (some: readonly ItemResult[]) =>
    some.reduce((max, result) => Math.max(max, result.position ?? 0), 0);
  return highest(appended) || highest(results);
}
