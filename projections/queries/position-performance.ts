/** The returns of one position over periods. */
import { day } from '../../domain/dates.ts';
import { decimal } from '../../domain/decimal.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import { performanceBasis, periodPerformance } from '../../domain/returns/performance.ts';
import type { PerformanceOptions } from '../../domain/returns/performance.ts';
import type { NamedPeriod } from '../../domain/returns/periods.ts';
import { returnConventions } from './conventions.ts';
import type { ReturnConventions } from './conventions.ts';
import { periodView } from './period-view.ts';
import type { PeriodView } from './period-view.ts';
import { found, notFound } from './reading.ts';
import type { Outcome, ReadContext, Reader, Reading } from './reading.ts';
import type { PositionDayRow } from './rows.ts';
import { withSegmentDays } from './segment-days.ts';
import { loadDays } from './subject-days.ts';
import { extentOf, reportHead, resolvedPeriods, termsOf } from './report.ts';
import type { Asked, ReportHead } from './report.ts';
import { ofPortfolio } from './subject.ts';
import type { SubjectSource } from './subject.ts';

export interface PositionPerformanceQuery extends Asked {
  readonly periods: readonly NamedPeriod[];
  readonly options: PerformanceOptions;
}

/** `inception` is the first day of the position. */
export interface PositionPerformance extends ReportHead {
  readonly security_id: string;
  readonly conventions: ReturnConventions;
  readonly periods: readonly Omit<PeriodView, 'risk' | 'relative' | 'benchmark'>[];
}

/** What flows between the position and the others of its portfolio is a flow here. */
export function positionPerformance(
  reader: Reader,
  portfolioId: string,
  securityId: string,
  query: PositionPerformanceQuery,
  context: ReadContext = {},
): Promise<Reading<PositionPerformance>> {
  return reader.subject(ofPortfolio(portfolioId), context, async (source) => {
    const { subject, model } = source;
    const held = await model.heldSecurities([portfolioId]);
    const security = held.find((row) => row.security_id === securityId);
    if (!security) return notFound('security', securityId);
    const terms = termsOf(subject, query);
    const { date, currency } = terms;
    const isLocal = currency === security.currency && currency !== subject.currency;
    const loaded =
      date === null
        ? found<readonly ReturnDay[]>([])
        : isLocal
          ? found(await localDays(source, securityId, date))
          : await daysIn(source, securityId, date, currency);
    if (loaded.status !== 'found') return loaded;
    const days = loaded.value;
    const basis = performanceBasis(days, query.options);
    return found({
      ...reportHead(subject, terms, days),
      security_id: securityId,
      conventions: returnConventions(query.options, subject),
      periods: resolvedPeriods(query.periods, extentOf(subject, terms, days)).map((period) =>
        periodView(periodPerformance(basis, period)),
      ),
    });
  });
}

async function daysIn(
  source: SubjectSource,
  securityId: string,
  date: string,
  currency: string,
): Promise<Outcome<readonly ReturnDay[]>> {
  const loaded = await loadDays(source, { to: date }, currency);
  if (loaded.status !== 'found') return loaded;
  const days = loaded.value.days.map((each) => each.day);
  const [own] = await withSegmentDays(
    source,
    { by: 'position', internal: 'stored', days, currency, securityId },
    (segment) => segment.days,
  );
  return found(own ?? []);
}

const PAGE = 5_000;

/** In the position's own currency the rows are taken as they are, with no rate in between. */
async function localDays(
  { model, subject }: SubjectSource,
  securityId: string,
  to: string,
): Promise<ReturnDay[]> {
  const days: ReturnDay[] = [];
  let after: string | undefined;
  for (;;) {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const rows = await model.positionDays(subject.id, securityId, { to }, page);
    for (const row of rows) days.push(...localDay(row, subject.latest_date));
    if (rows.length < PAGE) return days;
    after = rows.at(-1)!.date;
  }
}

/** A day without a value is none. */
function localDay(row: PositionDayRow, openDate: string | null): ReturnDay[] {
  const { bod_market_value: begin, eod_market_value: end } = row;
  const { bod_cashflow_position: bod, eod_cashflow_position: eod } = row;
  if (begin === null || end === null || bod === null || eod === null) return [];
  return [
    {
      day: day(row.date),
      bodMarketValue: decimal(begin),
      bodCashflow: decimal(bod),
      eodCashflow: decimal(eod),
      eodMarketValue: decimal(end),
      income: decimal(row.income),
      fees: decimal(row.fees),
      taxes: decimal(row.taxes),
      estimated: row.estimated,
      open: row.date === openDate,
    },
  ];
}
