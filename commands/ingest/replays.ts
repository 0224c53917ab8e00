/**
 * Transactions published again by others with an epoch above 0. They are no new facts: what they repeat
 * must be known here, and one from before the key's current epoch is out of date.
 */
import type { Message } from '../../domain/messages.ts';
import { completeTransaction } from '../deciders/complete-transaction.ts';
import { contentOf } from '../deciders/transactions.ts';
import { transactionKey } from '../handler/record.ts';
import type { Request } from '../handler/request.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { deadLetter, reasonOf } from './dead-letter.ts';
import type { Verdict } from './deciding.ts';

/** @param current the epoch the key has now */
export async function judgeReplay(
  message: Message,
  command: RecordTransaction,
  epoch: number,
  current: number,
  request: Request,
): Promise<Verdict> {
  if (epoch < current) return { count: 'fenced' };
  const { transaction_id: id, portfolio_id, security_id, target_security_id: targetId } = command;
  const unknown: Verdict = {
    failure: deadLetter(
      message,
      'unknown_replay',
      `epoch: ${epoch} marks a replay, and ${id} was never recorded (replay)`,
    ),
  };
  const found = await request.dependencies.log.findKey(`transaction:${id}`);
  if (!found) return unknown;

  const { settings: portfolio } = await request.lookups.portfolio(portfolio_id);
  const { details: security } = await request.lookups.security(security_id);
  const target = targetId === undefined ? undefined : (await request.lookups.security(targetId)).details;
  const conflict: Verdict = {
    failure: deadLetter(
      message,
      'conflict',
      `transaction_id: ${id} was recorded with other content than this replay of epoch ${epoch} says (conflict)`,
    ),
  };
  if (!portfolio || !security) return conflict;
  const completed = completeTransaction(command, { portfolio, security, ...(target ? { target } : {}) });
  if (!completed.ok) return { failure: deadLetter(message, 'invalid', reasonOf(completed.errors)) };
  if (transactionKey(completed.value).fingerprint === found.fingerprint) return { count: 'ignored' };

  // A replay may also say what the transaction has become by its corrections.
  const { state } = await request.loadKey(portfolio_id, security_id);
  const known = state.get(id);
  return known && contentOf(known.fields) === contentOf(completed.value) ? { count: 'ignored' } : conflict;
}
