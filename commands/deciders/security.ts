/** A security: registered, its details changed, its splits announced. */
import type { DomainEvent, EventData, SecurityDetails, SecurityType } from '../../domain/events.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { FieldError } from '../parsed.ts';
import type { AnnounceSplit, RegisterSecurity } from '../schemas/security.ts';
import { changedFields, defined } from './changes.ts';
import type { Decision, Refusal } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';

export type Split = Omit<EventData['SplitAnnounced'], 'security_id'>;

export interface SecurityState {
  /** Absent while the security is not known. */
  readonly details?: SecurityDetails;
  readonly splits: readonly Split[];
}

export function initialSecurity(): SecurityState {
  return { splits: [] };
}

export function evolveSecurity(state: SecurityState, event: DomainEvent): SecurityState {
  switch (event.type) {
    case 'SecurityRegistered':
      return { ...state, details: event.data };
    case 'SecurityDetailsChanged':
      return state.details ? { ...state, details: { ...state.details, ...event.data.changes } } : state;
    case 'SplitAnnounced': {
      const others = state.splits.filter((split) => split.date !== event.data.date);
      return { ...state, splits: [...others, event.data] };
    }
    default:
      return state;
  }
}

const CASH_PREFIX = cashSecurityId('');

/** Whether the identifier is one the books themselves use for cash. */
export function isCashId(securityId: string): boolean {
  return securityId.startsWith(CASH_PREFIX);
}

/** A security met by the way, in a transaction or a price that names its currency. */
export function newSecurity(command: RegisterSecurity, otherwise: SecurityType = 'other'): SecurityDetails {
  const type = command.type ?? (isCashId(command.security_id) ? 'cash' : otherwise);
  return defined({ ...command, type });
}

function cashFaults(details: SecurityDetails): FieldError[] {
  if (!isCashId(details.security_id)) return [];
  const faults: FieldError[] = [];
  if (details.security_id !== cashSecurityId(details.currency))
    faults.push({
      field: 'currency',
      rule: 'cash',
      message: `${details.security_id} holds the cash of the currency it is named after`,
    });
  if (details.type !== 'cash')
    faults.push({ field: 'type', rule: 'cash', message: `${details.security_id} is of type cash` });
  return faults;
}

/** Registers the security, or changes the details the command names of one that exists. */
export function decideRegisterSecurity(
  command: RegisterSecurity,
  state: SecurityState,
  otherwise?: SecurityType,
): Decision {
  if (!state.details) {
    const details = newSecurity(command, otherwise);
    const faults = cashFaults(details);
    if (faults.length > 0) return refuse('invalid', ...faults);
    return decided({ type: 'SecurityRegistered', data: details });
  }
  const changes = changedFields<SecurityDetails>(state.details, command);
  if (Object.keys(changes).length === 0) return NOTHING_NEW;
  const faults = fixedFaults(state.details, changes);
  if (faults.length > 0) return refuse('conflict', ...faults);
  return decided({
    type: 'SecurityDetailsChanged',
    data: { security_id: command.security_id, changes },
  });
}

/** Recorded amounts are in the currency, and cash is booked unlike anything else: both stay. */
function fixedFaults(details: SecurityDetails, changes: Partial<SecurityDetails>): FieldError[] {
  const faults: FieldError[] = [];
  const keeps = (field: 'currency' | 'type') =>
    faults.push({
      field,
      rule: 'immutable',
      message: `${details.security_id} was registered with ${field} ${details[field]} and keeps it`,
    });
  if (changes.currency !== undefined) keeps('currency');
  if (changes.type !== undefined && (changes.type === 'cash') !== (details.type === 'cash')) keeps('type');
  return faults;
}

export function decideAnnounceSplit(command: AnnounceSplit, state: SecurityState): Decision {
  if (!state.details) return unknownSecurity(command.security_id);
  if (state.details.type === 'cash')
    return refuse('invalid', { field: 'security_id', rule: 'cash', message: 'cash does not split' });
  const known = state.splits.find((split) => split.date === command.date);
  if (known && known.ratio === command.ratio && known.prices_adjusted === command.prices_adjusted)
    return NOTHING_NEW;
  return decided({ type: 'SplitAnnounced', data: command });
}

export function unknownSecurity(securityId: string, field = 'security_id'): Refusal {
  return refuse('not_found', {
    field,
    rule: 'not_found',
    message: `there is no security ${securityId}`,
  });
}
