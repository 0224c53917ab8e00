/** Corrections and cancellations of an import, of its own transactions and of those in the log. */
import { createHash } from 'node:crypto';
import { cashCurrency } from '../../domain/events.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { Decision } from '../deciders/decision.ts';
import type { KeyState } from '../deciders/transactions.ts';
import { decideCancel, decideCorrect, evolveKey, unknownTransaction } from '../deciders/transactions.ts';
import { findRecorded } from '../handler/ownership.ts';
import { createKeys } from '../handler/keys.ts';
import { unregistered } from '../handler/securities.ts';
import type { CancelTransaction, CorrectTransaction } from '../schemas/correction.ts';
import type { Entry } from './draft.ts';
import { count } from './draft.ts';
import type { ImportedTransactions } from './resolve-transactions.ts';
import { fieldsOf } from './resolve-transactions.ts';
import type { Resolving } from './resolving.ts';

type Amendment =
  | { readonly kind: 'corrections'; readonly entry: Entry<CorrectTransaction> }
  | { readonly kind: 'cancellations'; readonly entry: Entry<CancelTransaction> };

/** The transactions amended, each as a key of its own. */
function createStates(resolving: Resolving, imported: ImportedTransactions) {
  const states = new Map<string, KeyState>();
  const loadKey = createKeys(resolving.log);
  return {
    async load(transactionId: string): Promise<KeyState> {
      const loaded = states.get(transactionId);
      if (loaded) return loaded;
      const stored = await findRecorded(resolving.log, {}, transactionId);
      const planned = imported.get(transactionId);
      const own = planned && fieldsOf(planned);
      let state: KeyState = new Map();
      if (stored) {
        const key = await loadKey(stored.portfolio_id, stored.security_id);
        const transaction = key.state.get(transactionId);
        if (transaction) state = new Map([[transactionId, transaction]]);
        const { known, lookups } = resolving;
        await known.learn(lookups, stored.portfolio_id, stored.security_id);
        const target = transaction?.fields.target_security_id;
        if (target !== undefined) await known.learn(lookups, stored.portfolio_id, target);
      } else if (own) {
        state = new Map([[transactionId, { original: own, fields: own, cancelled: false }]]);
      }
      states.set(transactionId, state);
      return state;
    },
    apply(transactionId: string, events: readonly DomainEvent[]): void {
      const state = states.get(transactionId) ?? new Map();
      states.set(transactionId, events.reduce<KeyState>(evolveKey, state));
    },
  };
}

function decide(resolving: Resolving, { kind, entry }: Amendment, state: KeyState): Decision {
  const { known, output } = resolving;
  const { transaction_id } = entry.command;
  const fields = state.get(transaction_id)?.fields;
  if (!fields) return unknownTransaction(transaction_id);
  if (kind === 'cancellations') return decideCancel(entry.command, state);
  const portfolio = known.portfolio(fields.portfolio_id).settings;
  const security = known.security(fields.security_id).details;
  if (!portfolio || !security) return unknownTransaction(transaction_id);
  const target = entry.command.target_security_id;
  const register = (event: DomainEvent) => output.plan('securities', entry.ref, event, { rows: 0 });
  const mentioned =
    target === undefined
      ? known.security(fields.target_security_id ?? '').details
      : known.mentioned(target, cashCurrency(target) ?? fields.currency, register);
  if (target !== undefined && !mentioned) return unregistered(target);
  const context = { portfolio, security, ...(mentioned ? { target: mentioned } : {}) };
  return decideCorrect(entry.command, state, context);
}

/**
 * An amendment has no identifier of its own, so that what it says stands for it: a repeated import finds
 * each amendment under the digest of its content, numbered where an import says the same twice.
 */
function createAmendmentKeys() {
  const times = new Map<string, number>();
  return ({ kind, entry: { command } }: Amendment): { key: string; fingerprint: string } => {
    const content = JSON.stringify(Object.entries(command).sort(([a], [b]) => (a < b ? -1 : 1)));
    const digest = createHash('sha256').update(`${kind} ${content}`).digest('base64url').slice(0, 22);
    const time = (times.get(digest) ?? 0) + 1;
    times.set(digest, time);
    const key = `amendment:${command.transaction_id}:${digest}`;
    return { key: time === 1 ? key : `${key}#${time}`, fingerprint: digest };
  };
}

export async function resolveAmendments(resolving: Resolving, imported: ImportedTransactions): Promise<void> {
  const { draft, problems, output, log } = resolving;
  const states = createStates(resolving, imported);
  const keyOf = createAmendmentKeys();
  const amendments: Amendment[] = [
    ...draft.lists.corrections.map((entry) => ({ kind: 'corrections', entry }) as const),
    ...draft.lists.cancellations.map((entry) => ({ kind: 'cancellations', entry }) as const),
  ];
  for (const amendment of amendments) {
    const { kind, entry } = amendment;
    const idempotency = keyOf(amendment);
    if (await log.findKey(idempotency.key)) {
      count(draft.repeats, kind);
      continue;
    }
    const { transaction_id } = entry.command;
    const state = await states.load(transaction_id);
    const decision = decide(resolving, amendment, state);
    if (!decision.ok) {
      problems.add(entry.ref, decision.errors);
      continue;
    }
    if (decision.events.length === 0) count(draft.repeats, kind);
    const transactionDate = state.get(transaction_id)?.fields.transaction_date;
    for (const event of decision.events)
      output.plan(kind, entry.ref, event, {
        idempotency,
        ...(transactionDate === undefined ? {} : { transactionDate }),
      });
    states.apply(transaction_id, decision.events);
  }
}
