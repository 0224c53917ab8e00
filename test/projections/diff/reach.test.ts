import { expect, test } from 'vitest';
import type { CashMode } from '../../../domain/events.ts';
import { keysAskedFor } from '../../../projections/diff/reach.ts';
import { createFactsCollector } from '../../../projections/replay/facts.ts';
import { facts } from '../../support/books.ts';
import { stored } from './support.ts';

function reached(cash: CashMode, securityId: string): string[] {
  const collector = createFactsCollector();
  collector.add(
    stored(
      facts.portfolio('P', { cash }),
      facts.security('OLD', 'EUR'),
      facts.security('NEW', 'USD'),
      facts.transaction('P', 'BUY', 'OLD', '2025-01-02', { transaction_id: 'T1', quantity: '1' }),
      facts.transaction('P', 'SPIN_OFF', 'OLD', '2025-01-03', {
        transaction_id: 'T2',
        target_security_id: 'NEW',
        ratio: '1',
      }),
      facts.transaction('P', 'BUY', 'ALONE', '2025-01-02', { transaction_id: 'T3', quantity: '1' }),
    ),
  );
  const found = collector.facts(6);
  return [...keysAskedFor(found, found.known.portfolios.get('P'), securityId)].sort();
}

test.each([
  ['alone, its cash comes with it', 'derived', 'ALONE', ['ALONE', 'CASH_EUR']],
  ['alone without derived cash', 'explicit', 'ALONE', ['ALONE']],
  ['tied to another one', 'derived', 'NEW', ['CASH_EUR', 'CASH_USD', 'NEW', 'OLD']],
  ['cash itself', 'derived', 'CASH_EUR', ['CASH_EUR']],
  ['unknown', 'derived', 'NOBODY', ['NOBODY']],
] as const)('a key %s', (_, cash, securityId, expected) => {
  expect(reached(cash, securityId)).toEqual(expected);
});
