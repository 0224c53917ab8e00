/** Tables of returns. */
import { add, decimal, formatMoney } from '../../domain/decimal.ts';
import type { PeriodView } from '../../projections/queries/performance.ts';
import { figure, percent } from './format.ts';
import { table } from './table.ts';

/** What came in less what went out. */
export function netFlow(row: Pick<PeriodView, 'inflows' | 'outflows'>): string | null {
  if (row.inflows === null || row.outflows === null) return null;
  return formatMoney(add(decimal(row.inflows), decimal(row.outflows)));
}

/** One line for each period; figures that are not defined are dashes, their reasons follow below. */
export function periodTable(periods: readonly PeriodView[]): string {
  const drawn = table(
    [
      { title: 'period' },
      { title: 'from' },
      { title: 'to' },
      { title: 'opening value', align: 'right' },
      { title: 'flows', align: 'right' },
      { title: 'gain', align: 'right' },
      { title: 'closing value', align: 'right' },
      { title: 'TWR', align: 'right' },
      { title: 'a year', align: 'right' },
      { title: 'XIRR', align: 'right' },
    ],
    periods.map((row) => [
      row.period,
      row.from,
      row.to,
      figure(row.begin_market_value),
      figure(netFlow(row)),
      figure(row.gain),
      figure(row.end_market_value),
      percent(row.twr),
      percent(row.twr_annualized),
      percent(row.mwr),
    ]),
  );
  const remarks = periods.flatMap((row) => row.reasons.map((reason) => `${row.period}: ${reason.message}`));
  return [drawn, ...(remarks.length > 0 ? ['', ...new Set(remarks)] : [])].join('\n');
}
