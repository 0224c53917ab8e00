/** Recording a transaction. */
import { createHash } from 'node:crypto';
import type { SecurityDetails, TransactionFields } from '../../domain/events.ts';
import { cashCurrency, streams } from '../../domain/events.ts';
import { completeTransaction } from '../deciders/complete-transaction.ts';
import type { Refusal } from '../deciders/decision.ts';
import { refuse } from '../deciders/decision.ts';
import { closedRefusal, unknownPortfolio } from '../deciders/portfolio.ts';
import { conflictingTransaction, contentOf, decideRecord } from '../deciders/transactions.ts';
import { FAMILY } from '../schemas/transaction-rules.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { BUSY, metadataOf, outcomeOf, toAppend } from './appending.ts';
import { changeKey } from './change-key.ts';
import { keyToRecord, sharedKey } from './ownership.ts';
import { mentionedPortfolio, openMentioned } from './portfolios.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import { mentionedSecurity, registerMentioned } from './securities.ts';
import type { CommandContext } from './types.ts';

/** The log's key for a transaction: its id, and a digest of what it says. */
export function transactionKey(fields: TransactionFields): { key: string; fingerprint: string } {
  const digest = createHash('sha256').update(contentOf(fields)).digest();
  // 128 bits tell any two contents apart, and the log keeps one of these for every transaction.
  const fingerprint = digest.subarray(0, 16).toString('base64url');
  return { key: sharedKey(fields.transaction_id), fingerprint };
}

/** What only adds to a position can leave nothing unappliable, and cash may be overdrawn. */
function needsCheck(fields: TransactionFields, isCash: boolean): boolean {
  if (isCash) return false;
  switch (fields.transaction_type) {
    case 'BUY':
    case 'DEPOSIT':
    case 'TRANSFER_IN':
    case 'FEE':
    case 'TAX':
      return false;
    default:
      return true;
  }
}

/** What a transaction's mention of securities leads to once nothing else stands against it. */
interface Mentions {
  readonly security: SecurityDetails;
  readonly target?: SecurityDetails;
  readonly fresh: readonly SecurityDetails[];
}

async function mentionsOf(request: Request, command: RecordTransaction): Promise<Mentions | Refusal> {
  const { security_id, target_security_id: target } = command;
  const otherwise = FAMILY[command.transaction_type] === 'cash' ? 'cash' : 'other';
  const currency = command.currency ?? command.trade_currency;
  const security = await mentionedSecurity(request, security_id, currency, otherwise);
  if (!security.ok) return security;
  const fresh = security.isNew ? [security.details] : [];
  if (target === undefined) return { security: security.details, fresh };
  const delivered = await mentionedSecurity(
    request,
    target,
    cashCurrency(target) ?? security.details.currency,
  );
  if (!delivered.ok) return refuse('invalid', ...delivered.errors);
  const { details, isNew } = delivered;
  return { security: security.details, target: details, fresh: isNew ? [...fresh, details] : fresh };
}

/** `false` when one of them was registered otherwise in between. */
async function registerAll(request: Request, fresh: readonly SecurityDetails[]): Promise<boolean> {
  for (const details of fresh) if (!(await registerMentioned(request, details))) return false;
  return true;
}

/** Records a transaction; what it mentions is registered only if it is itself recorded. */
export async function recordTransaction(request: Request, command: RecordTransaction): Promise<Outcome> {
  const { settings: known, closedOn } = await request.lookups.portfolio(command.portfolio_id);
  if (!known && request.context.unknownPortfolio !== 'open') return unknownPortfolio(command.portfolio_id);
  const mentions = await mentionsOf(request, command);
  if ('ok' in mentions) return mentions;
  const { security, fresh } = mentions;
  const portfolio = known ?? mentionedPortfolio(command.portfolio_id, security.currency);
  const completed = completeTransaction(command, { ...mentions, portfolio });
  if (!completed.ok) return refuse('invalid', ...completed.errors);
  if (!known) {
    // Somebody may open it otherwise at the same moment, so what is there is read and judged again.
    await openMentioned(request, portfolio);
    const context: CommandContext = { ...request.context, unknownPortfolio: 'refuse' };
    return recordTransaction({ ...request, context }, command);
  }
  const fields = completed.value;
  const key = await keyToRecord(request.dependencies.log, request.context, fields);
  const idempotency = { ...transactionKey(fields), key };
  if (closedOn !== undefined) return repeatOrClosed(request, idempotency, fields, closedOn);
  const target = fields.target_security_id;
  const unseen = request.context.pending === 'unchecked' || !needsCheck(fields, security.type === 'cash');
  const outcome = unseen
    ? await appendUnseen(request, fields, fresh, idempotency)
    : await changeKey(request, {
        portfolio,
        transactionId: fields.transaction_id,
        securityId: fields.security_id,
        ...(target === undefined ? {} : { target }),
        decide: (state) => decideRecord(fields, state),
        beforeAppend: () => registerAll(request, fresh),
        idempotency,
      });
  if (outcome.ok) request.links.note(fields);
  return outcome;
}

/** A closed portfolio takes no new transactions, but a repeat of one that it knows is still a repeat. */
async function repeatOrClosed(
  request: Request,
  { key, fingerprint }: ReturnType<typeof transactionKey>,
  fields: TransactionFields,
  closedOn: string,
): Promise<Outcome> {
  const found = await request.dependencies.log.findKey(key);
  if (found?.fingerprint === fingerprint) return { ok: true, appended: false, position: found.firstPosition };
  return found ? conflictingTransaction(fields.transaction_id) : closedRefusal(fields.portfolio_id, closedOn);
}

/** Appends without looking at the stream: the log itself tells a repeat and a conflict by the key. */
async function appendUnseen(
  request: Request,
  fields: TransactionFields,
  fresh: readonly SecurityDetails[],
  idempotency: ReturnType<typeof transactionKey>,
): Promise<Outcome> {
  if (!(await registerAll(request, fresh))) return BUSY;
  const { log, clock } = request.dependencies;
  const event = { type: 'TransactionRecorded', data: fields } as const;
  const outcome = outcomeOf(
    await log.append({
      streamId: streams.transactions(fields.portfolio_id, fields.security_id),
      expected: 'any',
      events: [toAppend(event, metadataOf(request.context), clock())],
      idempotency,
    }),
  );
  if (outcome === 'retry')
    throw new Error('the log reported a version conflict for an append to any version');
  return outcome;
}
