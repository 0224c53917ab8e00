import { describe, it } from 'vitest';
import {
  decideAnnounceSplit,
  decideRegisterSecurity,
  evolveSecurity,
  initialSecurity,
} from '../../../commands/deciders/security.ts';
import type { RegisterSecurity } from '../../../commands/schemas/security.ts';
import type { DomainEvent } from '../../../domain/events.ts';
import { registered, spec } from '../support/spec.ts';

const given = spec(
  (command: RegisterSecurity, state: Parameters<typeof decideRegisterSecurity>[1]) =>
    decideRegisterSecurity(command, state),
  evolveSecurity,
  initialSecurity,
);
const givenForSplit = spec(decideAnnounceSplit, evolveSecurity, initialSecurity);

describe('registering a security', () => {
  it('is of type other unless said', () =>
    given()
      .when({ security_id: 'S1', currency: 'USD' })
      .then(registered({ type: 'other' })));
  it('knows cash by its identifier', () =>
    given()
      .when({ security_id: 'CASH_EUR', currency: 'EUR' })
      .then(registered({ security_id: 'CASH_EUR', currency: 'EUR', type: 'cash' })));
  it('keeps cash in its own currency and as cash', () =>
    given()
      .when({ security_id: 'CASH_EUR', currency: 'USD', type: 'fund' })
      .thenRefused('invalid', 'currency cash', 'type cash'));
  it('is nothing new the second time', () =>
    given(registered({ name: 'Apple' }))
      .when({ security_id: 'S1', currency: 'USD', type: 'equity' })
      .thenNothing());
  it('with other details changes just those', () =>
    given(registered())
      .when({ security_id: 'S1', currency: 'USD', type: 'fund', sector: 'Tech' })
      .then({
        type: 'SecurityDetailsChanged',
        data: { security_id: 'S1', changes: { type: 'fund', sector: 'Tech' } },
      }));
  it('cannot change the currency, nor make cash of it', () =>
    given(registered())
      .when({ security_id: 'S1', currency: 'EUR', type: 'cash' })
      .thenRefused('conflict', 'currency immutable', 'type immutable'));
});

describe('announcing a split', () => {
  const command = { security_id: 'S1', date: '2014-06-09', ratio: '7', prices_adjusted: true };
  const announced: DomainEvent = { type: 'SplitAnnounced', data: command };
  it('is recorded', () => givenForSplit(registered()).when(command).then(announced));
  it('is nothing new the second time', () =>
    givenForSplit(registered(), announced).when(command).thenNothing());
  it('of the same day replaces the one before', () => {
    const other = { ...command, prices_adjusted: false };
    givenForSplit(registered(), announced).when(other).then({ type: 'SplitAnnounced', data: other });
    givenForSplit(registered(), announced, { type: 'SplitAnnounced', data: other })
      .when(command)
      .then(announced);
  });
  it('needs a security that is not cash', () => {
    givenForSplit().when(command).thenRefused('not_found', 'security_id not_found');
    givenForSplit(registered({ type: 'cash' }))
      .when(command)
      .thenRefused('invalid', 'security_id cash');
  });
});
