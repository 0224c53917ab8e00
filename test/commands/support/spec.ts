/** Deciders as sentences: given these events, when this command, then those events or that refusal. */
import { expect } from 'vitest';
import type { Decision, RefusalCode } from '../../../commands/deciders/decision.ts';
import type { DomainEvent } from '../../../domain/events.ts';

export function spec<C, S>(
  decide: (command: C, state: S) => Decision,
  evolve: (state: S, event: DomainEvent) => S,
  initial: () => S,
) {
  return (...events: readonly DomainEvent[]) => ({
    when(command: C) {
      const decision = decide(command, events.reduce(evolve, initial()));
      return {
        then(...expected: readonly DomainEvent[]) {
          expect(decision).toEqual({ ok: true, events: expected });
        },
        thenNothing() {
          expect(decision).toEqual({ ok: true, events: [] });
        },
        /** Errors as `field rule`. */
        thenRefused(code: RefusalCode, ...errors: readonly string[]) {
          expect(decision).toMatchObject({ ok: false, code });
          expect(decision.ok ? [] : decision.errors.map(({ field, rule }) => `${field} ${rule}`)).toEqual(
            errors,
          );
        },
      };
    },
  });
}

export const opened = (changes: object = {}): DomainEvent => ({
  type: 'PortfolioOpened',
  data: {
    portfolio_id: 'P1',
    base_currency: 'USD',
    cost_basis_method: 'fifo',
    cash: 'derived',
    allow_short: false,
    time_zone: 'UTC',
    inflow_timing: 'bod',
    outflow_timing: 'eod',
    ...changes,
  },
});

export const registered = (changes: object = {}): DomainEvent => ({
  type: 'SecurityRegistered',
  data: { security_id: 'S1', currency: 'USD', type: 'equity', ...changes },
});
