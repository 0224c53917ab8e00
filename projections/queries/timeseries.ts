/** The days of a portfolio or group, or coarser rows whose returns link to those of the days. */
import { isoDate } from '../../domain/dates.ts';
import { formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { Quality, ReturnOptions } from '../../domain/returns/model.ts';
import { resample } from '../../domain/returns/resample.ts';
import type { Frequency, ResampledRow } from '../../domain/returns/resample.ts';
import { returnConventions } from './conventions.ts';
import type { ReturnConventions } from './conventions.ts';
import { keptByReader } from './kept.ts';
import { moneyText } from './numbers.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import { loadDays, loadHistory } from './subject-days.ts';
import type { Outcome, ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page } from './read-model.ts';
import type { PortfolioDayRow } from './rows.ts';
import { subjectHead, subjectKey, subjectName } from './subject.ts';
import type { SubjectHead, SubjectRef, SubjectSource } from './subject.ts';

export interface TimeseriesRow {
  /** The last day of the row. */
  readonly date: string;
  /** The first one: the same for a daily row. */
  readonly from: string;
  readonly bod_market_value: string;
  readonly bod_cashflow: string;
  readonly eod_cashflow: string;
  readonly eod_market_value: string;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  readonly cost: string;
  readonly positions: number;
  readonly quality: Quality;
  /** The row's time-weighted return, a fraction; `null` where it is not defined. */
  readonly twr: string | null;
  /** Growth of 1 from the opening of the first row of the range. */
  readonly index: string | null;
  readonly epoch: number;
}

export interface SubjectTimeseries extends Paged<TimeseriesRow, string>, SubjectHead {
  readonly currency: string;
  readonly frequency: Frequency;
  readonly conventions: ReturnConventions;
  readonly complete_through: string | null;
}

export interface TimeseriesQuery extends DateRange {
  readonly frequency: Frequency;
  /** The base currency by default. */
  readonly currency?: string;
  readonly options: ReturnOptions;
}

const tables = keptByReader<Outcome<readonly TimeseriesRow[]>>((loaded) =>
  loaded.status === 'found' ? loaded.value.length : 1,
);

/** The rows of a range; the key of a page is its last date. */
export function subjectTimeseries(
  reader: Reader,
  ref: SubjectRef,
  query: TimeseriesQuery,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<SubjectTimeseries>> {
  return reader.subject(ref, context, async (source) => {
    const { subject } = source;
    const loaded = await timeseriesRows(source, query);
    if (loaded.status !== 'found') return loaded;
    const paged = await pageOf(
      page.limit,
      async (limit) => pageAfter(loaded.value, page.after, limit),
      (row) => row.date,
    );
    return found({
      ...subjectHead(subject),
      currency: query.currency ?? subject.currency,
      frequency: query.frequency,
      conventions: returnConventions(query.options, subject),
      complete_through: subject.complete_through,
      ...paged,
    });
  });
}

/** The whole range whatever the page: an index has to begin where the range does. */
async function timeseriesRows(
  source: SubjectSource,
  query: TimeseriesQuery,
): Promise<Outcome<readonly TimeseriesRow[]>> {
  const { from, to, frequency, options, currency = source.subject.currency } = query;
  const make = async (): Promise<Outcome<readonly TimeseriesRow[]>> => {
    const loaded = await loadDays(source, query, query.currency);
    if (loaded.status !== 'found') return loaded;
    const { rows, days } = loaded.value;
    const resampled = resample(days, frequency, options);
    return found(frequency === 'daily' ? dailyRows(rows, resampled) : coarseRows(rows, resampled));
  };
  // Exchange rates are no part of the version of a portfolio's rows.
  if (currency !== source.subject.currency) return make();
  const name = [subjectName(source), from, to, frequency, JSON.stringify(options)].join('\n');
  // A part of a portfolio's days is read by itself; all of them are an object that is another in each state.
  const whole = from === undefined ? await loadHistory(source) : undefined;
  return tables(source.reader).in(whole?.status === 'found' ? whole.value : subjectKey(source), name, make);
}

function pageAfter(
  rows: readonly TimeseriesRow[],
  after: string | undefined,
  limit: number,
): readonly TimeseriesRow[] {
  const start = after === undefined ? 0 : rows.findIndex((row) => row.date > after);
  return start < 0 ? [] : rows.slice(start, start + limit);
}

/** Amounts straight from the tables' texts: there is nothing to add up. */
function dailyRows(days: readonly PortfolioDayRow[], resampled: readonly ResampledRow[]): TimeseriesRow[] {
  return days.map((day, i) => ({
    date: day.date,
    from: day.date,
    bod_market_value: moneyText(day.bod_market_value),
    bod_cashflow: moneyText(day.bod_cashflow),
    eod_cashflow: moneyText(day.eod_cashflow),
    eod_market_value: moneyText(day.eod_market_value),
    income: moneyText(day.income),
    fees: moneyText(day.fees),
    taxes: moneyText(day.taxes),
    cost: moneyText(day.cost),
    positions: day.positions,
    ...returnsOf(resampled[i]!),
    epoch: day.epoch,
  }));
}

/** Cost, positions and epoch are those of the last day. */
function coarseRows(days: readonly PortfolioDayRow[], resampled: readonly ResampledRow[]): TimeseriesRow[] {
  const byDate = new Map(days.map((day) => [day.date, day]));
  return resampled.map((row) => {
    const date = isoDate(row.to);
    const last = byDate.get(date)!;
    return {
      date,
      from: isoDate(row.from),
      bod_market_value: formatMoney(row.bodMarketValue),
      bod_cashflow: formatMoney(row.bodCashflow),
      eod_cashflow: formatMoney(row.eodCashflow),
      eod_market_value: formatMoney(row.eodMarketValue),
      income: formatMoney(row.income),
      fees: formatMoney(row.fees),
      taxes: formatMoney(row.taxes),
      cost: moneyText(last.cost),
      positions: last.positions,
      ...returnsOf(row),
      epoch: last.epoch,
    };
  });
}

function returnsOf(row: ResampledRow) {
  return { quality: row.quality, twr: formatFraction(row.twr), index: formatFraction(row.index) };
}
