/** The transactions of an import. Whether the log knows them already it tells itself, when they are appended. */
import { cashCurrency } from '../../domain/events.ts';
import type { TransactionFields } from '../../domain/events.ts';
import { completeTransaction } from '../deciders/complete-transaction.ts';
import { closedRefusal, unknownPortfolio } from '../deciders/portfolio.ts';
import { conflictingTransaction } from '../deciders/transactions.ts';
import { transactionKey } from '../handler/record.ts';
import { unregistered } from '../handler/securities.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import type { FieldError, Parsed } from '../parsed.ts';
import { rejected } from '../parsed.ts';
import type { Entry } from './draft.ts';
import { count } from './draft.ts';
import type { Planned } from './output.ts';
import type { Resolving } from './resolving.ts';

/** Transactions of the import by id, as first recorded. */
export type ImportedTransactions = ReadonlyMap<string, Planned>;

/** What a planned append of a transaction says. */
export function fieldsOf({ request }: Planned): TransactionFields | undefined {
  const [event] = request.events;
  return event?.type === 'TransactionRecorded' ? event.data : undefined;
}

function complete(
  resolving: Resolving,
  { command, ref }: Entry<RecordTransaction>,
): Parsed<TransactionFields> {
  const { known, output } = resolving;
  const { settings } = known.portfolio(command.portfolio_id);
  if (!settings) return rejected(...unknownPortfolio(command.portfolio_id).errors);
  const mentioned = (securityId: string, currency: string | undefined) =>
    known.mentioned(securityId, currency, (event) => output.plan('securities', ref, event, { rows: 0 }));
  const security = mentioned(command.security_id, undefined);
  if (!security) return rejected(...unregistered(command.security_id).errors);
  const targetId = command.target_security_id;
  const target =
    targetId === undefined ? undefined : mentioned(targetId, cashCurrency(targetId) ?? security.currency);
  return completeTransaction(command, { portfolio: settings, security, ...(target ? { target } : {}) });
}

/** A closed portfolio takes no new transactions, but one that it knows is still a repeat of that one. */
async function closedFault(
  { known, log }: Resolving,
  fields: TransactionFields,
  fingerprint: string,
): Promise<readonly FieldError[]> {
  const { closedOn } = known.portfolio(fields.portfolio_id);
  if (closedOn === undefined) return [];
  const stored = await log.findKey(`transaction:${fields.transaction_id}`);
  return stored?.fingerprint === fingerprint ? [] : closedRefusal(fields.portfolio_id, closedOn).errors;
}

export async function resolveTransactions(resolving: Resolving): Promise<ImportedTransactions> {
  const { draft, problems, output, known } = resolving;
  const imported = new Map<string, Planned>();
  // Taken out of the draft one by one, so that rows and appends need not all be in memory together.
  const entries = draft.lists.transactions.reverse();
  for (let entry = entries.pop(); entry; entry = entries.pop()) {
    const completed = complete(resolving, entry);
    if (!completed.ok) {
      problems.add(entry.ref, completed.errors);
      continue;
    }
    const fields = completed.value;
    const idempotency = transactionKey(fields);
    const { fingerprint } = idempotency;
    const earlier = imported.get(fields.transaction_id);
    if (earlier?.request.idempotency?.fingerprint === fingerprint) {
      count(draft.repeats, 'transactions');
      continue;
    }
    if (earlier) {
      const message = `${problems.nameOf(earlier.ref)} says otherwise of ${fields.transaction_id}`;
      problems.add(
        entry.ref,
        conflictingTransaction(fields.transaction_id).errors.map((error) => ({ ...error, message })),
      );
      continue;
    }
    if (known.portfolio(fields.portfolio_id).closedOn !== undefined) {
      const faults = await closedFault(resolving, fields, fingerprint);
      if (faults.length > 0) {
        problems.add(entry.ref, faults);
        continue;
      }
    }
    const event = { type: 'TransactionRecorded', data: fields } as const;
    imported.set(fields.transaction_id, output.plan('transactions', entry.ref, event, { idempotency }));
  }
  return imported;
}
