import { describe, expect, test } from 'vitest';
import { firstChange } from '../../../projections/queries/first-change.ts';
import type { Member } from '../../../projections/queries/group-rows.ts';

/** A portfolio with days from the first of January 2025. */
function member(given: {
  id?: string;
  epoch?: number;
  checksum?: bigint;
  generation?: string;
  first?: string;
  latest?: string;
  complete?: string | null;
}): Member {
  const { id = 'A', epoch = 3, checksum = 7n, generation = 'gen_a.1', first = '2025-01-01' } = given;
  const { latest = '2025-01-20', complete = '2025-01-20' } = given;
  return {
    portfolio: {
      portfolio_id: id,
      name: null,
      base_currency: 'EUR',
      open_date: null,
      closed_date: null,
      cost_basis_method: 'fifo',
      cash: 'derived',
      allow_short: false,
      time_zone: 'UTC',
      inflow_timing: 'bod',
      outflow_timing: 'eod',
      status: 'CURRENT',
      epoch,
      first_date: first,
      latest_date: latest,
      complete_through: complete,
    },
    version: { position: 1, tag: 'x' },
    rows: { generation, checksum },
  };
}

const auditedFrom = (date: string | null) => ({ restatedFrom: () => Promise.resolve(date) });
const before = member({});

describe('the first day that may be another', () => {
  test.each([
    ['none where nothing changed', member({}), '9999-12-31'],
    ['the open day, which changes in its epoch', member({ checksum: 8n }), '2025-01-20'],
    ['the day that was open, when there are later ones', member({ latest: '2025-01-25' }), '2025-01-20'],
    [
      'the first incomplete day, which may have got its row',
      member({ checksum: 8n, complete: '2025-01-15' }),
      '2025-01-16',
    ],
    ['the first restated one', member({ epoch: 5, checksum: 8n }), '2025-01-09'],
    ['not known in another generation', member({ generation: 'gen_b.2' }), undefined],
    ['not known where the first day moved', member({ first: '2024-12-31' }), undefined],
    ['not known to a snapshot older than what was kept', member({ epoch: 2 }), undefined],
    ['not known of another portfolio', member({ id: 'B' }), undefined],
    ['not known where no day is complete', member({ checksum: 8n, complete: null }), undefined],
  ])('%s', async (_, now, expected) => {
    expect(await firstChange(auditedFrom('2025-01-09'), [before], [now])).toBe(expected);
  });

  test('that of all portfolios together, of which there must be as many', async () => {
    const kept = [before, member({ id: 'B', complete: '2025-01-12' })];
    const now = [before, member({ id: 'B', complete: '2025-01-14' })];
    expect(await firstChange(auditedFrom(null), kept, now)).toBe('2025-01-13');
    expect(await firstChange(auditedFrom(null), kept, [before])).toBeUndefined();
  });
});
