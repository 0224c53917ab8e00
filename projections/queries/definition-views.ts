/** Groups, benchmarks and uploaded series as people have defined them, and the values of each series. */
import { isoDate } from '../../domain/dates.ts';
import { divide, format, ONE, subtract } from '../../domain/decimal.ts';
import type { BenchmarkDetails, GroupDetails, Rebalancing, SeriesDetails } from '../../domain/events.ts';
import { formatFraction, RETURN_SCALE } from '../../domain/returns/model.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { loadBenchmark } from './benchmarks.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found, notFound } from './reading.ts';
import type { Outcome, ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page, ReadModel } from './read-model.ts';

/** `null` where there is none. */
export interface GroupView {
  readonly group_id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly portfolio_ids: readonly string[];
}

export interface BenchmarkView {
  readonly benchmark_id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly rebalancing: Rebalancing;
  readonly components: readonly {
    readonly weight: string;
    readonly security_id: string | null;
    readonly series_id: string | null;
  }[];
}

export interface SeriesView {
  readonly series_id: string;
  readonly name: string | null;
  readonly kind: SeriesDetails['kind'];
  readonly currency: string | null;
}

export interface SeriesValues extends SeriesView, Paged<{ date: string; value: string }, string> {}

export interface BenchmarkSeriesRow {
  readonly date: string;
  /** 1 on the benchmark's first day. */
  readonly level: string;
  /** `null` on the first day. */
  readonly return: string | null;
}

export interface BenchmarkTimeseries extends Paged<BenchmarkSeriesRow, string> {
  readonly benchmark_id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly rebalancing: Rebalancing;
  readonly first_date: string | null;
  readonly last_date: string | null;
}

function groupView({ group_id, name, currency, portfolio_ids }: GroupDetails): GroupView {
  return { group_id, name: name ?? null, currency, portfolio_ids };
}

function benchmarkView(details: BenchmarkDetails): BenchmarkView {
  const { benchmark_id, name = null, currency, rebalancing } = details;
  const components = details.components.map(({ weight, security_id = null, series_id = null }) => ({
    weight,
    security_id,
    series_id,
  }));
  return { benchmark_id, name, currency, rebalancing, components };
}

function seriesView({ series_id, name, kind, currency }: SeriesDetails): SeriesView {
  return { series_id, name: name ?? null, kind, currency: currency ?? null };
}

/** What was defined up to the position that the reply reflects. */
function reading<T>(
  reader: Reader,
  context: ReadContext,
  work: (definitions: Definitions, model: ReadModel, position: number) => Promise<Outcome<T>>,
): Promise<Reading<T>> {
  return reader.all(context, async (model, { position }) =>
    work(await reader.definitions.at(position), model, position),
  );
}

async function page<T>(
  all: Iterable<T>,
  { after, limit }: Page<string>,
  keyOf: (item: T) => string,
): Promise<Paged<T, string>> {
  const rest = [...all].filter((item) => after === undefined || keyOf(item) > after);
  return pageOf(limit, async (count) => rest.slice(0, count), keyOf);
}

/** A group is there for those who may know of all its portfolios. */
function isVisible({ portfolio_ids }: GroupDetails, { portfolios }: ReadContext): boolean {
  return portfolios === undefined || portfolio_ids.every((id) => portfolios.has(id));
}

export function listGroups(
  reader: Reader,
  paging: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<GroupView, string>>> {
  return reading(reader, context, async ({ groups }) => {
    const visible = [...groups.values()].filter((group) => isVisible(group, context)).map(groupView);
    return found(await page(visible, paging, (group) => group.group_id));
  });
}

export function oneGroup(reader: Reader, id: string, context: ReadContext = {}): Promise<Reading<GroupView>> {
  return reading(reader, context, async ({ groups }) => {
    const group = groups.get(id);
    return group && isVisible(group, context) ? found(groupView(group)) : notFound('group', id);
  });
}

export function listBenchmarks(
  reader: Reader,
  paging: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<BenchmarkView, string>>> {
  return reading(reader, context, async ({ benchmarks }) =>
    found(await page([...benchmarks.values()].map(benchmarkView), paging, (each) => each.benchmark_id)),
  );
}

export function oneBenchmark(
  reader: Reader,
  id: string,
  context: ReadContext = {},
): Promise<Reading<BenchmarkView>> {
  return reading(reader, context, async ({ benchmarks }) => {
    const benchmark = benchmarks.get(id);
    return benchmark ? found(benchmarkView(benchmark)) : notFound('benchmark', id);
  });
}

/** The days of a benchmark; the key of a page is its last date. */
export function benchmarkTimeseries(
  reader: Reader,
  id: string,
  query: DateRange & { readonly currency?: string },
  paging: Page<string>,
  context: ReadContext = {},
): Promise<Reading<BenchmarkTimeseries>> {
  return reading(reader, context, async ({ benchmarks }, model, position) => {
    if (!benchmarks.has(id)) return notFound('benchmark', id);
    const source = { reader, model, version: { position } };
    const loaded = await loadBenchmark(source, id, query.currency, query);
    if (loaded.status !== 'found') return loaded;
    const { index, name, currency, rebalancing, first_date, last_date } = loaded.value;
    const from = paging.after ?? '';
    const rows = index.flatMap(({ day, level }, i): BenchmarkSeriesRow[] => {
      const date = isoDate(day);
      // The day before the range is there for the return of its first day.
      if (date <= from || (query.from !== undefined && date < query.from)) return [];
      const before = index[i - 1];
      const gain = before ? subtract(divide(level, before.level, RETURN_SCALE), ONE) : null;
      return [{ date, level: formatFraction(level), return: formatFraction(gain) }];
    });
    const paged = await pageOf(
      paging.limit,
      async (limit) => rows.slice(0, limit),
      (row) => row.date,
    );
    return found({ benchmark_id: id, name, currency, rebalancing, first_date, last_date, ...paged });
  });
}

export function listSeries(
  reader: Reader,
  paging: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<SeriesView, string>>> {
  return reading(reader, context, async ({ series }) =>
    found(await page([...series.values()].map(seriesView), paging, (each) => each.series_id)),
  );
}

/** A series with its values as uploaded; the key of a page is its last date. */
export function seriesValues(
  reader: Reader,
  id: string,
  { from, to }: DateRange,
  paging: Page<string>,
  context: ReadContext = {},
): Promise<Reading<SeriesValues>> {
  return reading(reader, context, async (_definitions, _model, position) => {
    const series = await reader.definitions.uploaded(id, position);
    if (!series) return notFound('series', id);
    const rows = series.values.points
      .map(({ day, price }) => ({ date: isoDate(day), value: format(price) }))
      .filter(({ date }) => (from === undefined || date >= from) && (to === undefined || date <= to));
    return found({ ...seriesView(series.details), ...(await page(rows, paging, (row) => row.date)) });
  });
}
