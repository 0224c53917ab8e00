import { describe, expect, it } from 'vitest';
import { bucketsOf } from '../../../domain/contribution/buckets.ts';
import type { BucketUnit } from '../../../domain/contribution/buckets.ts';
import { day, isoDate } from '../../../domain/dates.ts';

function cut(from: string, to: string, unit: BucketUnit): string[] {
  const period = { label: 'X', from: day(from), to: day(to), empty: false, notes: [] };
  return bucketsOf(period, unit).map((b) => `${b.label} ${isoDate(b.from)} ${isoDate(b.to)}`);
}

describe('a period cut into calendar ones', () => {
  it('begins and ends where the period does', () => {
    expect(cut('2024-01-15', '2024-03-02', 'month')).toEqual([
      '2024-01 2024-01-15 2024-01-31',
      '2024-02 2024-02-01 2024-02-29',
      '2024-03 2024-03-01 2024-03-02',
    ]);
  });

  it('knows quarters and years', () => {
    expect(cut('2024-12-31', '2025-04-01', 'quarter')).toEqual([
      '2024-Q4 2024-12-31 2024-12-31',
      '2025-Q1 2025-01-01 2025-03-31',
      '2025-Q2 2025-04-01 2025-04-01',
    ]);
    expect(cut('2024-12-31', '2025-04-01', 'year')).toEqual([
      '2024 2024-12-31 2024-12-31',
      '2025 2025-01-01 2025-04-01',
    ]);
  });

  it('leaves a period without days as it is', () => {
    const empty = { label: 'X', from: day('2024-01-01'), to: day('2024-02-01'), empty: true, notes: [] };
    expect(bucketsOf(empty, 'month')).toEqual([empty]);
  });
});
