/** The transactions of one key (a security held in a portfolio): recorded, corrected, cancelled. */
import type { DomainEvent, TransactionFields } from '../../domain/events.ts';
import type { FieldError } from '../parsed.ts';
import type { CancelTransaction, CorrectTransaction } from '../schemas/correction.ts';
import { changedFields } from './changes.ts';
import type { TransactionContext } from './complete-transaction.ts';
import { correctedTransaction } from './correct-transaction.ts';
import type { Decision, Refusal } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';

export interface RecordedTransaction {
  /** As first recorded: what a repeat is compared with. */
  readonly original: TransactionFields;
  /** With its corrections. */
  readonly fields: TransactionFields;
  readonly cancelled: boolean;
}

export type KeyState = ReadonlyMap<string, RecordedTransaction>;

export function initialKey(): KeyState {
  return new Map();
}

function apply(state: Map<string, RecordedTransaction>, event: DomainEvent): void {
  switch (event.type) {
    case 'TransactionRecorded':
      state.set(event.data.transaction_id, { original: event.data, fields: event.data, cancelled: false });
      return;
    case 'TransactionCorrected': {
      const known = state.get(event.data.transaction_id);
      if (known)
        state.set(event.data.transaction_id, {
          ...known,
          fields: { ...known.fields, ...event.data.changes },
        });
      return;
    }
    case 'TransactionCancelled': {
      const known = state.get(event.data.transaction_id);
      if (known) state.set(event.data.transaction_id, { ...known, cancelled: true });
      return;
    }
    default:
  }
}

export function evolveKey(state: KeyState, event: DomainEvent): KeyState {
  return keyAfter([event], state);
}

/** `evolveKey` over a whole stream, with one copy instead of one for each event. */
export function keyAfter(events: Iterable<DomainEvent>, state: KeyState = new Map()): KeyState {
  const next = new Map(state);
  for (const event of events) apply(next, event);
  return next;
}

/** The transactions that count, with their corrections. */
export function standing(state: KeyState): TransactionFields[] {
  return [...state.values()].filter((known) => !known.cancelled).map((known) => known.fields);
}

const CONTENT: readonly (keyof TransactionFields)[] = Object.values({
  accrued_interest: 'accrued_interest',
  cost_fraction: 'cost_fraction',
  currency: 'currency',
  fx_rate: 'fx_rate',
  gross_transaction_amount: 'gross_transaction_amount',
  lots: 'lots',
  net_cost: 'net_cost',
  note: 'note',
  portfolio_id: 'portfolio_id',
  price: 'price',
  quantity: 'quantity',
  ratio: 'ratio',
  security_id: 'security_id',
  settlement_date: 'settlement_date',
  target_security_id: 'target_security_id',
  taxes: 'taxes',
  trade_fee: 'trade_fee',
  transaction_date: 'transaction_date',
  transaction_id: 'transaction_id',
  transaction_type: 'transaction_type',
} satisfies { [F in keyof Required<TransactionFields>]: F });

/**
 * The content of a transaction in one text, equal for equal transactions: what the log compares when a
 * transaction id comes a second time. Fields that are absent leave no trace, so that one added to the
 * vocabulary later does not make strangers of the transactions recorded before.
 */
export function contentOf(fields: TransactionFields): string {
  const content: unknown[] = [];
  for (const name of CONTENT) if (fields[name] !== undefined) content.push(name, fields[name]);
  return JSON.stringify(content);
}

/** Records a complete transaction. The same again is nothing new; another under the same id conflicts. */
export function decideRecord(fields: TransactionFields, state: KeyState): Decision {
  const known = state.get(fields.transaction_id);
  if (!known) return decided({ type: 'TransactionRecorded', data: fields });
  if (contentOf(known.original) === contentOf(fields)) return NOTHING_NEW;
  return conflictingTransaction(fields.transaction_id);
}

export function conflictingTransaction(transactionId: string): Refusal {
  return refuse('conflict', {
    field: 'transaction_id',
    rule: 'conflict',
    message: `${transactionId} was recorded before with other content`,
  });
}

export function unknownTransaction(transactionId: string): Refusal {
  return refuse('not_found', {
    field: 'transaction_id',
    rule: 'not_found',
    message: `there is no transaction ${transactionId}`,
  });
}

function alreadyCancelled(transactionId: string): Refusal {
  return refuse('cancelled', {
    field: 'transaction_id',
    rule: 'cancelled',
    message: `${transactionId} is cancelled`,
  });
}

function identityFaults(command: CorrectTransaction, fields: TransactionFields): FieldError[] {
  return (['portfolio_id', 'security_id'] as const)
    .filter((field) => command[field] !== undefined && command[field] !== fields[field])
    .map((field) => ({
      field,
      rule: 'identity',
      message: `cannot be corrected; cancel ${fields.transaction_id} and record it anew`,
    }));
}

/** Corrects a transaction; what results must be a valid transaction as a whole. */
export function decideCorrect(
  command: CorrectTransaction,
  state: KeyState,
  context: TransactionContext,
): Decision {
  const known = state.get(command.transaction_id);
  if (!known) return unknownTransaction(command.transaction_id);
  if (known.cancelled) return alreadyCancelled(command.transaction_id);
  const identity = identityFaults(command, known.fields);
  if (identity.length > 0) return refuse('invalid', ...identity);
  const corrected = correctedTransaction(known.fields, command, context);
  if (!corrected.ok) return refuse('invalid', ...corrected.errors);
  const changes = changedFields(known.fields, corrected.value);
  if (Object.keys(changes).length === 0) return NOTHING_NEW;
  const { transaction_id, portfolio_id, security_id } = known.fields;
  return decided({
    type: 'TransactionCorrected',
    data: { transaction_id, portfolio_id, security_id, changes, reason: command.reason },
  });
}

export function decideCancel(command: CancelTransaction, state: KeyState): Decision {
  const known = state.get(command.transaction_id);
  if (!known) return unknownTransaction(command.transaction_id);
  if (known.cancelled) return alreadyCancelled(command.transaction_id);
  const { transaction_id, portfolio_id, security_id } = known.fields;
  return decided({
    type: 'TransactionCancelled',
    data: { transaction_id, portfolio_id, security_id, reason: command.reason },
  });
}
