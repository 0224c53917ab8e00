/** Tables of returns. */
import { add, decimal, formatMoney } from '../../domain/decimal.ts';
import type { PeriodView } from '../../projections/queries/period-view.ts';
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
  const remarks = periods.flatMap((row) =>
    row.reasons.filter(isOfReturns).map((reason) => `${row.period}: ${reason.message}`),
  );
  return [drawn, ...(remarks.length > 0 ? ['', ...new Set(remarks)] : [])].join('\n');
}

/** What a short period lacks of the risk, and of yearly rates, would bury the table. */
function isOfReturns({ figure }: { readonly figure?: string }): boolean {
  return figure === undefined || !/^(risk|relative|twr_annualized)\b/.test(figure);
}

/** What the returns were paid for with, and how they did beside a benchmark if there is one. */
export function riskTable(periods: readonly PeriodView[]): string {
  const compared = periods.some((row) => row.relative !== undefined);
  const relative = compared ? ['benchmark', 'excess', 'tracking error', 'beta', 'correlation'] : [];
  return table(
    [
      { title: 'period' },
      ...['volatility', 'Sharpe', 'Sortino', 'drawdown', 'VaR', ...relative].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    periods.map((row) => [
      row.period,
      percent(row.risk?.volatility),
      figure(row.risk?.sharpe),
      figure(row.risk?.sortino),
      percent(row.risk?.max_drawdown),
      percent(row.risk?.var_historical),
      ...(compared
        ? [
            percent(row.benchmark?.twr),
            percent(row.benchmark?.excess_return),
            percent(row.relative?.tracking_error),
            figure(row.relative?.beta),
            figure(row.relative?.correlation),
          ]
        : []),
    ]),
  );
}
