/** Securities, their splits, and the registration of those met by the way. */
import type { SecurityDetails, SecurityType } from '../../domain/events.ts';
import { cashCurrency, streams } from '../../domain/events.ts';
import type { Refusal } from '../deciders/decision.ts';
import { refuse } from '../deciders/decision.ts';
import type { SecurityState } from '../deciders/security.ts';
import {
  decideAnnounceSplit,
  decideRegisterSecurity,
  evolveSecurity,
  initialSecurity,
  newSecurity,
} from '../deciders/security.ts';
import type { AnnounceSplit, RegisterSecurity } from '../schemas/security.ts';
import { decideOnStream } from './appending.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import type { StoredEvent } from '../../domain/log.ts';

function stateOf(events: readonly StoredEvent[]): SecurityState {
  return events.reduce<SecurityState>(evolveSecurity, initialSecurity());
}

export async function registerSecurity(
  request: Request,
  command: RegisterSecurity,
  index: number,
): Promise<Outcome> {
  const outcome = await decideOnStream(
    request.dependencies,
    streams.security(command.security_id),
    (events) => decideRegisterSecurity(command, stateOf(events)),
    request.context,
    index,
  );
  request.lookups.forgetSecurity(command.security_id);
  return outcome;
}

export function announceSplit(request: Request, command: AnnounceSplit, index: number): Promise<Outcome> {
  return decideOnStream(
    request.dependencies,
    streams.security(command.security_id),
    (events) => decideAnnounceSplit(command, stateOf(events)),
    request.context,
    index,
  );
}

/** A security a command refers to: known, or one that its mention is enough to register. */
export type Mentioned =
  { readonly ok: true; readonly details: SecurityDetails; readonly isNew: boolean } | Refusal;

/**
 * The security, which need not be registered when a currency comes with its mention. Nothing is
 * appended yet: the command that mentions it may still be refused.
 */
export async function mentionedSecurity(
  request: Request,
  securityId: string,
  currency: string | undefined,
  otherwise: SecurityType = 'other',
): Promise<Mentioned> {
  const { details } = await request.lookups.security(securityId);
  if (details) return { ok: true, details, isNew: false };
  // What all share is not registered by the way for those who may not know of all.
  if (request.context.portfolios && cashCurrency(securityId) === undefined) return missing(securityId);
  const implied = currency ?? cashCurrency(securityId);
  if (implied === undefined) return unregistered(securityId);
  const command = { security_id: securityId, currency: implied };
  const decision = decideRegisterSecurity(command, initialSecurity(), otherwise);
  if (!decision.ok) return decision;
  return { ok: true, details: newSecurity(command, otherwise), isNew: true };
}

function missing(securityId: string): Refusal {
  return refuse('invalid', {
    field: 'security_id',
    rule: 'unknown_security',
    message: `there is no security ${securityId}; it has to be registered first`,
  });
}

export function unregistered(securityId: string): Refusal {
  return refuse('invalid', {
    field: 'security_id',
    rule: 'unknown_security',
    message: `there is no security ${securityId}; name its currency to register it`,
  });
}

/** Registers a security met by the way; `false` when somebody registered it otherwise in between. */
export async function registerMentioned(request: Request, details: SecurityDetails): Promise<boolean> {
  const { idempotency: _none, ...context } = request.context;
  const outcome = await decideOnStream(
    request.dependencies,
    streams.security(details.security_id),
    (events) => {
      const known = stateOf(events).details;
      return known ? { ok: true, events: [] } : decideRegisterSecurity(details, initialSecurity());
    },
    context,
  );
  request.lookups.forgetSecurity(details.security_id);
  if (!outcome.ok) return false;
  const now = (await request.lookups.security(details.security_id)).details;
  return now?.currency === details.currency && (now.type === 'cash') === (details.type === 'cash');
}
