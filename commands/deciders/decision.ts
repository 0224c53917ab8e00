/** What a decider answers: the events that follow, none when nothing is new, or a refusal. */
import type { DomainEvent } from '../../domain/events.ts';
import type { FieldError } from '../parsed.ts';

/**
 * Why a command is refused, for programs.
 * - `invalid`: the command contradicts itself or what it refers to
 * - `not_found`: the thing it changes is not known
 * - `conflict`: it contradicts a fact that stands (a transaction id used for something else, a fixed setting)
 * - `closed`, `cancelled`: the thing it changes takes no changes any more
 * - `insufficient_quantity`: it, or a later transaction, would dispose of more than is held
 * - `busy`: others kept changing the same thing; trying again is safe
 */
export type RefusalCode =
  'invalid' | 'not_found' | 'conflict' | 'closed' | 'cancelled' | 'insufficient_quantity' | 'busy';

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly errors: readonly FieldError[];
}

export type Decision = { readonly ok: true; readonly events: readonly DomainEvent[] } | Refusal;

/** Nothing to append: the command says what is already known. */
export const NOTHING_NEW: Decision = { ok: true, events: [] };

export function refuse(code: RefusalCode, ...errors: readonly FieldError[]): Refusal {
  return { ok: false, code, errors };
}

export function decided(...events: readonly DomainEvent[]): Decision {
  return { ok: true, events };
}
