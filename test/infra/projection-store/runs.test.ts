import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { runsOf } from '../../../infra/projection-store/runs.ts';

const row = (portfolioNo: number, securityNo: number, date: string, supersededBy: number | null) => ({
  portfolioNo,
  securityNo,
  day: day(date),
  supersededBy,
});

describe('retired days', () => {
  it('are runs where they lie side by side', () => {
    expect(
      runsOf([
        row(1, 1, '2025-01-30', 2),
        row(1, 1, '2025-01-31', 2),
        row(1, 1, '2025-02-01', 2),
        row(1, 1, '2025-02-03', 2),
        row(1, 2, '2025-02-04', 2),
        row(2, 2, '2025-02-05', 2),
        row(2, 2, '2025-02-06', 3),
      ]),
    ).toEqual({
      portfolioNos: [1, 1, 1, 2, 2],
      securityNos: [1, 1, 2, 2, 2],
      from: ['2025-01-30', '2025-02-03', '2025-02-04', '2025-02-05', '2025-02-06'],
      through: ['2025-02-01', '2025-02-03', '2025-02-04', '2025-02-05', '2025-02-06'],
      supersededBy: [2, 2, 2, 2, 3],
    });
  });

  it('may be none, and those of portfolios have no security', () => {
    expect(runsOf([]).from).toEqual([]);
    const portfolio = { portfolioNo: 1, day: day('2025-01-30'), supersededBy: 1 };
    expect(runsOf([portfolio])).toMatchObject({ securityNos: [0], through: ['2025-01-30'] });
  });
});
