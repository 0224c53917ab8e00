/** The returns of a portfolio or group over periods. */
import { day, isoDate } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { Quality } from '../../domain/returns/model.ts';
import { performanceBasis, periodPerformance } from '../../domain/returns/performance.ts';
import type {
  PerformanceBasis,
  PerformanceOptions,
  PeriodPerformance,
} from '../../domain/returns/performance.ts';
import { resolvePeriod } from '../../domain/returns/periods.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import { keptByReader } from './kept.ts';
import { loadDays } from './subject-days.ts';
import { found } from './reading.ts';
import type { Outcome, ReadContext, Reader, Reading } from './reading.ts';
import { subjectHead, subjectKey } from './subject.ts';
import type { SubjectHead, SubjectRef, SubjectSource } from './subject.ts';

export interface PerformanceQuery {
  readonly periods: readonly NamedPeriod[];
  /** The last day that counts; by default the last complete one. */
  readonly date?: string;
  /** The base currency by default. */
  readonly currency?: string;
  readonly options: PerformanceOptions;
}

/** Something to know about a period's figures: a flag on them, or the reason why one is null. */
export interface RemarkView {
  readonly figure?: string;
  readonly code: string;
  readonly message: string;
  readonly date?: string;
}

/** Returns and rates are fractions, money is in the currency asked for. */
export interface PeriodView {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly twr: string | null;
  readonly twr_annualized: string | null;
  readonly mwr: string | null;
  readonly mwr_holding_period: string | null;
  readonly mwr_rates: readonly string[];
  readonly modified_dietz: string | null;
  readonly begin_market_value: string | null;
  readonly end_market_value: string | null;
  readonly inflows: string | null;
  readonly outflows: string | null;
  readonly income: string | null;
  readonly fees: string | null;
  readonly taxes: string | null;
  readonly gain: string | null;
  readonly quality: Quality;
  readonly flags: readonly RemarkView[];
  readonly reasons: readonly RemarkView[];
}

export interface PerformanceReport extends SubjectHead {
  readonly currency: string;
  /** The last day that counts; `null` without any complete day. */
  readonly date: string | null;
  readonly inception: string | null;
  readonly complete_through: string | null;
  readonly conventions: {
    readonly basis: string;
    readonly taxes: string;
    readonly flow_timing: string;
    readonly annualization: 'actual/365';
  };
  readonly periods: readonly PeriodView[];
}

export function subjectPerformance(
  reader: Reader,
  ref: SubjectRef,
  query: PerformanceQuery,
  context: ReadContext = {},
): Promise<Reading<PerformanceReport>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const date = query.date ?? subject.complete_through;
    const loaded = await loadBasis(source, date, query);
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const first = basis.chain.days[0]?.day;
    const { basis: costs, taxes, flowTiming } = query.options;
    return found({
      ...subjectHead(subject),
      currency: query.currency ?? subject.currency,
      date,
      inception: first === undefined ? null : isoDate(first),
      complete_through: subject.complete_through,
      conventions: { basis: costs, taxes, flow_timing: flowTiming, annualization: 'actual/365' },
      periods:
        date === null || first === undefined
          ? []
          : query.periods.map((period) =>
              periodView(periodPerformance(basis, resolvePeriod(period, day(date), first))),
            ),
    });
  });
}

const bases = keptByReader<PerformanceBasis>((basis) => basis.chain.days.length);

/** The days up to a date, linked and summed up. */
async function loadBasis(
  source: SubjectSource,
  date: string | null,
  { currency, options }: PerformanceQuery,
): Promise<Outcome<PerformanceBasis>> {
  const range = date === null ? {} : { to: date };
  if (currency !== undefined && currency !== source.subject.currency) {
    const loaded = await loadDays(source, range, currency);
    return loaded.status === 'found' ? found(performanceBasis(loaded.value.days, options)) : loaded;
  }
  const key = [subjectKey(source), date, JSON.stringify(options)].join('\n');
  return found(
    await bases(source.reader).get(key, async () => {
      const loaded = await loadDays(source, range);
      return performanceBasis(loaded.status === 'found' ? loaded.value.days : [], options);
    }),
  );
}

export function periodView(period: PeriodPerformance): PeriodView {
  return {
    period: period.period,
    from: isoDate(period.from),
    to: isoDate(period.to),
    days: period.days,
    twr: formatFraction(period.twr),
    twr_annualized: formatFraction(period.twrAnnualized),
    mwr: formatFraction(period.mwr),
    mwr_holding_period: formatFraction(period.mwrHoldingPeriod),
    mwr_rates: period.mwrRates.map((rate) => formatFraction(rate)),
    modified_dietz: formatFraction(period.modifiedDietz),
    begin_market_value: money(period.beginMarketValue),
    end_market_value: money(period.endMarketValue),
    inflows: money(period.inflows),
    outflows: money(period.outflows),
    income: money(period.income),
    fees: money(period.fees),
    taxes: money(period.taxes),
    gain: money(period.gain),
    quality: period.quality,
    flags: period.flags.map(remarkView),
    reasons: period.reasons.map(remarkView),
  };
}

function money(value: Decimal | null): string | null {
  return value === null ? null : formatMoney(value);
}

export function remarkView(remark: {
  readonly figure?: string;
  readonly code: string;
  readonly message: string;
  readonly day?: number;
}): RemarkView {
  return {
    ...(remark.figure === undefined ? {} : { figure: remark.figure }),
    code: remark.code,
    message: remark.message,
    ...(remark.day === undefined ? {} : { date: isoDate(remark.day) }),
  };
}
