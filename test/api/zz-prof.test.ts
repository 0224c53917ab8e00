import { test } from 'vitest';
import { returnDays } from '../../projections/queries/return-days.ts';
import { resample } from '../../domain/returns/resample.ts';
import { performance as perf } from '../../domain/returns/performance.ts';
import { linkDays } from '../../domain/returns/link.ts';
import { formatFraction, DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { parsePeriods, resolvePeriod, STANDARD_PERIODS } from '../../domain/returns/periods.ts';
import { moneyText } from '../../projections/queries/numbers.ts';
import { isoDate } from '../../domain/dates.ts';
const rows = Array.from({ length: 3650 }, (_, g) => ({ date: isoDate(16436 + g), bod_market_value: g === 0 ? '0' : String((1000000.1234567891 + g * 10.5).toFixed(10)), bod_cashflow: g === 0 ? '1000010' : g % 30 === 0 ? '1000' : '0', eod_cashflow: '0', eod_market_value: String((1000000.1234567891 + (g + 1) * 10.5).toFixed(10)), income: g % 90 === 0 ? '12.5' : '0', fees: '0', taxes: '0', cost: String(900000.55 + g), positions: 30, estimated_positions: 0, epoch: 0 }));
function time<T>(name: string, f: () => T): T {
  let r!: T; for (let i = 0; i < 10; i++) r = f();
  const ts: number[] = []; for (let i = 0; i < 30; i++) { const t = performance.now(); f(); ts.push(performance.now() - t); }
  ts.sort((a, b) => a - b); console.log(name, ts[15]!.toFixed(2)); return r;
}
test('prof', () => {
  const days = time('returnDays', () => returnDays(rows, '2024-12-28'));
  time('link', () => linkDays(days, DEFAULT_RETURN_OPTIONS));
  const rs = time('resample', () => resample(days, 'daily'));
  time('formatFraction', () => rs.map((r) => [formatFraction(r.twr), formatFraction(r.index)]));
  const p = parsePeriods(STANDARD_PERIODS.join(',')); const ps = p.ok ? p.value.map((x) => resolvePeriod(x, days.at(-1)!.day, days[0]!.day)) : [];
  time('performance', () => perf(days, ps, DEFAULT_RETURN_OPTIONS));
  time('money', () => rows.map((r) => [moneyText(r.bod_market_value), moneyText(r.bod_cashflow), moneyText(r.eod_cashflow), moneyText(r.eod_market_value), moneyText(r.income), moneyText(r.fees), moneyText(r.taxes), moneyText(r.cost)]));
  time('json', () => JSON.stringify(rows));
});
