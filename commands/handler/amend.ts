/** Correcting and cancelling a recorded transaction. */
import { cashCurrency } from '../../domain/events.ts';
import type { PortfolioState } from '../deciders/portfolio.ts';
import { unknownPortfolio } from '../deciders/portfolio.ts';
import { refuse } from '../deciders/decision.ts';
import { decideCancel, decideCorrect, unknownTransaction } from '../deciders/transactions.ts';
import { unknownSecurity } from '../deciders/security.ts';
import type { CancelTransaction, CorrectTransaction } from '../schemas/correction.ts';
import { requestKey } from './appending.ts';
import { changeKey } from './change-key.ts';
import { findRecorded } from './ownership.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import { mentionedSecurity, registerMentioned } from './securities.ts';

export async function correctTransaction(
  request: Request,
  command: CorrectTransaction,
  index: number,
): Promise<Outcome> {
  const { transaction_id: id, portfolio_id: portfolioId } = command;
  const recorded = await findRecorded(request.dependencies.log, request.context, id, portfolioId);
  if (!recorded) return unknownTransaction(id);
  const { settings }: PortfolioState = await request.lookups.portfolio(recorded.portfolio_id);
  if (!settings) return unknownPortfolio(recorded.portfolio_id);
  const { details: security } = await request.lookups.security(recorded.security_id);
  if (!security) return unknownSecurity(recorded.security_id);
  const { state } = await request.loadKey(recorded.portfolio_id, recorded.security_id);
  const target = command.target_security_id ?? state.get(command.transaction_id)?.fields.target_security_id;
  const mentioned =
    target === undefined
      ? undefined
      : await mentionedSecurity(request, target, cashCurrency(target) ?? recorded.currency);
  if (mentioned && !mentioned.ok) return refuse('invalid', ...mentioned.errors);
  const context = { portfolio: settings, security, ...(mentioned ? { target: mentioned.details } : {}) };
  const idempotency = requestKey(request.context, index);
  return changeKey(request, {
    portfolio: settings,
    securityId: recorded.security_id,
    transactionId: command.transaction_id,
    ...(target === undefined ? {} : { target }),
    decide: (state) => decideCorrect(command, state, context),
    ...(mentioned?.isNew ? { beforeAppend: () => registerMentioned(request, mentioned.details) } : {}),
    ...(idempotency ? { idempotency } : {}),
  });
}

export async function cancelTransaction(
  request: Request,
  command: CancelTransaction,
  index: number,
): Promise<Outcome> {
  const recorded = await findRecorded(request.dependencies.log, request.context, command.transaction_id);
  if (!recorded) return unknownTransaction(command.transaction_id);
  const { settings } = await request.lookups.portfolio(recorded.portfolio_id);
  if (!settings) return unknownPortfolio(recorded.portfolio_id);
  const idempotency = requestKey(request.context, index);
  return changeKey(request, {
    portfolio: settings,
    securityId: recorded.security_id,
    transactionId: command.transaction_id,
    decide: (state) => decideCancel(command, state),
    ...(idempotency ? { idempotency } : {}),
  });
}
