/** Recording a transaction. */
import { createHash } from 'node:crypto';
import type { TransactionFields } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import { completeTransaction } from '../deciders/complete-transaction.ts';
import { refuse } from '../deciders/decision.ts';
import { contentOf, decideRecord } from '../deciders/transactions.ts';
import { FAMILY } from '../schemas/transaction-rules.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { metadataOf, outcomeOf, toAppend } from './appending.ts';
import { changeKey } from './change-key.ts';
import { mentionedPortfolio, openMentioned, portfolioFor } from './portfolios.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import { mentionedSecurity, registerMentioned } from './securities.ts';
import type { CommandContext } from './types.ts';

/** The log's key for a transaction: its id, and a digest of what it says. */
export function transactionKey(fields: TransactionFields): { key: string; fingerprint: string } {
  const digest = createHash('sha256').update(contentOf(fields)).digest();
  // 128 bits tell any two contents apart, and the log keeps one of these for every transaction.
  const fingerprint = digest.subarray(0, 16).toString('base64url');
  return { key: `transaction:${fields.transaction_id}`, fingerprint };
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

export async function recordTransaction(request: Request, command: RecordTransaction): Promise<Outcome> {
  const portfolio = await portfolioFor(request, command.portfolio_id);
  if (!portfolio.ok) return portfolio;
  const otherwise = FAMILY[command.transaction_type] === 'cash' ? 'cash' : 'other';
  const security = await mentionedSecurity(
    request,
    command.security_id,
    command.currency ?? command.trade_currency,
    otherwise,
  );
  if (!security.ok) return security;
  const settings =
    portfolio.known?.settings ?? mentionedPortfolio(command.portfolio_id, security.details.currency);
  const completed = completeTransaction(command, { portfolio: settings, security: security.details });
  if (!completed.ok) return refuse('invalid', ...completed.errors);
  if (!portfolio.known) {
    // Somebody may open it otherwise at the same moment, so what is there is read and judged again.
    await openMentioned(request, settings);
    const context: CommandContext = { ...request.context, unknownPortfolio: 'refuse' };
    return recordTransaction({ ...request, context }, command);
  }
  const fields = completed.value;
  const target = fields.target_security_id;
  if (target !== undefined) {
    const mentioned = await mentionedSecurity(request, target, fields.currency);
    if (!mentioned.ok) return refuse('invalid', ...mentioned.errors);
    if (mentioned.isNew) await registerMentioned(request, mentioned.details);
  }
  // Registered otherwise in between: judge the transaction against what it has become.
  if (security.isNew && !(await registerMentioned(request, security.details)))
    return recordTransaction(request, command);
  request.links.note(fields);
  const isCash = security.details.type === 'cash';
  if (request.context.pending === 'unchecked' || !needsCheck(fields, isCash))
    return appendUnseen(request, fields);
  return changeKey(request, {
    portfolio: settings,
    transactionId: fields.transaction_id,
    securityId: fields.security_id,
    ...(target === undefined ? {} : { target }),
    decide: (state) => decideRecord(fields, state),
    idempotency: transactionKey(fields),
  });
}

/** Appends without looking at the stream: the log itself tells a repeat and a conflict by the key. */
async function appendUnseen(request: Request, fields: TransactionFields): Promise<Outcome> {
  const { log, clock } = request.dependencies;
  const event = { type: 'TransactionRecorded', data: fields } as const;
  const outcome = outcomeOf(
    await log.append({
      streamId: streams.transactions(fields.portfolio_id, fields.security_id),
      expected: 'any',
      events: [toAppend(event, metadataOf(request.context), clock())],
      idempotency: transactionKey(fields),
    }),
  );
  if (outcome === 'retry')
    throw new Error('the log reported a version conflict for an append to any version');
  return outcome;
}
