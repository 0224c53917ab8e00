import { describe, expect, it } from 'vitest';
import { periodTable, riskTable } from '../../../cli/output/periods.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { performanceBasis } from '../../../domain/returns/performance.ts';
import { periodWithRisk } from '../../../projections/queries/period-views.ts';
import { days } from '../../domain/returns/given-days.ts';

// Monday to Friday: 0, 1, −1, 2 and −2 %.
const rows = days('2024-03-04', '10000', [
  {},
  { eod: '10100' },
  { eod: '9999' },
  { eod: '10198.98' },
  { eod: '9995.0004' },
]);
const basis = performanceBasis(rows, DEFAULT_RETURN_OPTIONS);
const period = { label: 'SI', spec: { type: 'inception' as const } };
const view = periodWithRisk(basis, period, {
  asOf: rows.at(-1)!.day,
  inception: rows[0]!.day,
  completeThrough: rows.at(-1)!.day,
  comparison: {},
  risk: { frequency: 'daily', confidence: 0.95 },
});

describe('tables of returns', () => {
  it('have the risk in a line for each period, dashes where there is none', () => {
    const lines = riskTable([view]).split('\n');
    expect(lines[0]).toMatch(/^period +volatility +Sharpe +Sortino +drawdown +VaR/);
    // √(0.001/4 · 252) = 25.10 %; five returns are too few for a historical value at risk.
    expect(lines.at(-1)).toMatch(/^SI +\+25\.10 % +0\.00 +0\.00 +-2\.00 % +–/);
  });

  it('do not bury the returns under what is missing of the risk', () => {
    expect(view.reasons.some(({ figure }) => figure?.startsWith('risk.'))).toBe(true);
    expect(periodTable([view])).not.toContain('returns of this frequency');
  });
});
