/** What each part of a portfolio or group contributed to its return and gain over periods. */
import { bucketsOf } from '../../domain/contribution/buckets.ts';
import type { BucketUnit } from '../../domain/contribution/buckets.ts';
import { addSums, contributionTable, NO_SUMS } from '../../domain/contribution/lines.ts';
import type { PartSums } from '../../domain/contribution/lines.ts';
import { CAUSES } from '../../domain/contribution/model.ts';
import { isoDate } from '../../domain/dates.ts';
import { add, decimal, isZero, multiply } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Quality, ReturnOptions } from '../../domain/returns/model.ts';
import { periodPerformance } from '../../domain/returns/performance.ts';
import type { PerformanceBasis, PeriodPerformance } from '../../domain/returns/performance.ts';
import type { NamedPeriod, Period } from '../../domain/returns/periods.ts';
import { findStretch } from '../../domain/returns/stretch.ts';
import { contributionSums } from './contribution-sums.ts';
import type { PeriodSums, PositionSums } from './contribution-sums.ts';
import { contributionLine, partHead, unknownTotal, wholeHead } from './contribution-view.ts';
import type { ContributionLine } from './contribution-view.ts';
import { flowTimingOf } from './conventions.ts';
import { compareSegments, segmentId, segmentOf } from './dimension.ts';
import type { Dimension, Segment } from './dimension.ts';
import { loadBasis } from './performance-basis.ts';
import { remarkView } from './period-view.ts';
import type { RemarkView } from './period-view.ts';
import type { HeldSecurityRow } from './position-reads.ts';
import { found, rejected } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { extentOf, reportHead, resolvedPeriods, termsOf } from './report.ts';
import type { Asked, ReportHead } from './report.ts';
import type { SubjectRef, SubjectSource } from './subject.ts';

export interface ContributionsQuery extends Asked {
  readonly periods: readonly NamedPeriod[];
  readonly by: Dimension;
  /** Cuts the periods into calendar ones. */
  readonly frequency?: BucketUnit;
  readonly options: ReturnOptions;
}

export interface PeriodContributions {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  /** They add up to the total. */
  readonly lines: readonly ContributionLine[];
  readonly total: ContributionLine;
  readonly quality: Quality;
  readonly flags: readonly RemarkView[];
  readonly reasons: readonly RemarkView[];
}

export interface ContributionsReport extends ReportHead {
  readonly by: Dimension;
  readonly conventions: {
    readonly basis: string;
    readonly taxes: string;
    readonly flow_timing: string;
    readonly opening_value: 'close of the day before from';
    readonly linking: 'daily gains in units of the opening capital';
  };
  readonly periods: readonly PeriodContributions[];
}

export const MAX_PERIODS = 400;

export function subjectContributions(
  reader: Reader,
  ref: SubjectRef,
  query: ContributionsQuery,
  context: ReadContext = {},
): Promise<Reading<ContributionsReport>> {
  return reader.subject(ref, context, async (source) => {
    const terms = termsOf(source.subject, query);
    const loaded = await loadBasis(source, terms.date, query);
    if (loaded.status !== 'found') return loaded;
    const basis = loaded.value;
    const { days } = basis.chain;
    const periods = bucketed(
      resolvedPeriods(query.periods, extentOf(source.subject, terms, days)),
      query.frequency,
    );
    if (periods.length > MAX_PERIODS)
      return rejected('frequency', 'too_many', `makes more than ${MAX_PERIODS} periods`);
    const { basis: costs, taxes } = query.options;
    return found({
      ...reportHead(source.subject, terms, days),
      by: query.by,
      conventions: {
        basis: costs,
        taxes,
        flow_timing: flowTimingOf(query.options, source.subject),
        opening_value: 'close of the day before from',
        linking: 'daily gains in units of the opening capital',
      },
      periods: await periodContributions(source, basis, periods, query, terms.currency),
    });
  });
}

function bucketed(periods: readonly Period[], frequency: BucketUnit | undefined): readonly Period[] {
  return frequency === undefined ? periods : periods.flatMap((period) => bucketsOf(period, frequency));
}

async function periodContributions(
  source: SubjectSource,
  basis: PerformanceBasis,
  periods: readonly Period[],
  query: ContributionsQuery,
  currency: string,
): Promise<PeriodContributions[]> {
  const performances = periods.map((period) => periodPerformance(basis, period));
  const stretches = periods.map((period, i) => {
    const stretch = findStretch(basis.chain, period.from, period.to);
    return performances[i]!.gain !== null && stretch.first <= stretch.last ? stretch : undefined;
  });
  const sums = await contributionSums(
    source,
    basis.chain,
    stretches.filter((stretch) => stretch !== undefined),
    currency,
  );
  const held = await source.model.heldSecurities(source.subject.members.map((member) => member.portfolio_id));
  const securities = new Map(held.map((row) => [`${row.portfolio_id}\n${row.security_id}`, row]));
  const conversions = new Set(source.subject.members.map((member) => member.base_currency));
  conversions.delete(currency);
  let next = 0;
  return performances.map((performance, i) => {
    const ofPeriod = stretches[i] && sums[next++];
    return {
      ...headOf(performance),
      ...(ofPeriod
        ? tableOf(performance, ofPeriod, securities, query, conversions.size)
        : { lines: [], total: unknownTotal() }),
      ...remarksOf(performance),
    };
  });
}

function headOf({ period, from, to, days }: PeriodPerformance) {
  return { period, from: isoDate(from), to: isoDate(to), days };
}

function remarksOf({ quality, flags, reasons }: PeriodPerformance) {
  return {
    quality,
    flags: flags.filter(({ code }) => code !== 'several_rates').map(remarkView),
    // A period has no contributions where it has no time-weighted return.
    reasons: reasons
      .filter(({ figure }) => figure === 'all' || figure === 'twr')
      .map((reason) => remarkView({ ...reason, figure: reason.figure === 'twr' ? 'contribution' : 'all' })),
  };
}

interface Part {
  readonly segment: Segment;
  readonly sums: PartSums;
  readonly positions: number;
}

function tableOf(
  performance: PeriodPerformance,
  { stretch, positions, factors }: PeriodSums,
  securities: ReadonlyMap<string, HeldSecurityRow>,
  { by, options }: ContributionsQuery,
  conversions: number,
): { lines: ContributionLine[]; total: ContributionLine } {
  const parts = partsOf(positions, securities, by);
  const counted = parts.reduce((count, part) => count + part.positions, 0);
  const error = conversionError(conversions);
  const table = contributionTable(
    parts.map((part) => part.sums),
    {
      twr: performance.twr,
      begin: performance.beginMarketValue!,
      end: performance.endMarketValue!,
      flows: add(performance.inflows!, performance.outflows!),
      gain: performance.gain!,
      growth: stretch.growth,
      weighedDays: stretch.weighedDays,
    },
    options,
    {
      gain: add(LAST_PLACE_OF_MONEY, multiply(error, decimal(stretch.last - stretch.first + 1))),
      contribution: add(LAST_PLACE_OF_FRACTIONS, multiply(error, factors)),
    },
  );
  const lines = table.lines.map((line, i) =>
    contributionLine(partHead(parts[i]!.segment, parts[i]!.positions), line),
  );
  if (table.unattributed) lines.push(contributionLine(wholeHead('unattributed', 0), table.unattributed));
  return { lines, total: contributionLine(wholeHead('total', counted), table.total) };
}

const LAST_PLACE_OF_MONEY = decimal('0.0000000001');
const LAST_PLACE_OF_FRACTIONS = decimal('0.000000000001');

/** Per day: the whole's five amounts of each base currency are rounded to ten places when they are converted. */
function conversionError(currencies: number): Decimal {
  return multiply(LAST_PLACE_OF_MONEY, decimal(currencies * 3));
}

/** Positions put together; those that neither had value nor gained anything are left out. */
function partsOf(
  positions: readonly PositionSums[],
  securities: ReadonlyMap<string, HeldSecurityRow>,
  by: Dimension,
): Part[] {
  const parts = new Map<string, Part>();
  for (const { portfolioId, securityId, sums } of positions) {
    if (isNothing(sums)) continue;
    const segment = segmentOf(by, securities.get(`${portfolioId}\n${securityId}`)!);
    const id = segmentId(segment);
    const part = parts.get(id) ?? { segment, sums: NO_SUMS, positions: 0 };
    parts.set(id, { segment, sums: addSums(part.sums, sums), positions: part.positions + 1 });
  }
  return [...parts.values()].sort((a, b) => compareSegments(a.segment, b.segment));
}

function isNothing({ opening, closing, share, gain, linked }: PartSums): boolean {
  return (
    [opening, closing, share].every(isZero) &&
    CAUSES.every((cause) => isZero(gain[cause]) && isZero(linked[cause]))
  );
}
