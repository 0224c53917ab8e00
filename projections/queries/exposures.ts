/** What a portfolio or group is exposed to on a day, and how concentrated it is. */
import { concentration } from '../../domain/exposure/concentration.ts';
import type { Concentration } from '../../domain/exposure/concentration.ts';
import { exposures } from '../../domain/exposure/exposure.ts';
import type { Exposure, Holding } from '../../domain/exposure/exposure.ts';
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, formatMoney, isZero, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import { missingDay } from '../../domain/returns/remarks.ts';
import { conversionInto } from './conversion.ts';
import { compareSegments, segmentId, segmentOf } from './dimension.ts';
import type { Dimension, Segment } from './dimension.ts';
import type { MemberSnapshotRow } from './group-rows.ts';
import { remarkView } from './period-view.ts';
import type { RemarkView } from './period-view.ts';
import type { HeldSecurityRow } from './position-reads.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import { subjectHead } from './subject.ts';
import type { SubjectHead, SubjectRef } from './subject.ts';

export interface ExposuresQuery {
  readonly by: Dimension;
  /** The latest day by default. */
  readonly date?: string;
  readonly currency?: string;
  readonly cash: 'include' | 'exclude';
  /** How many of the largest holdings to add up. */
  readonly top: readonly number[];
}

/** Money in the report's currency; `null` while a position has no value. */
interface ExposureView {
  readonly value: string | null;
  readonly weight: string | null;
  readonly long_value: string | null;
  readonly short_value: string | null;
  readonly gross_value: string | null;
  readonly securities: number;
}

export interface SegmentExposure extends ExposureView, Segment {}

export interface ConcentrationView {
  readonly holdings: number;
  readonly largest: { readonly security_id: string; readonly weight: string } | null;
  readonly top: readonly { readonly n: number; readonly weight: string | null }[];
  readonly herfindahl: string | null;
  readonly effective_holdings: string | null;
}

export interface ExposuresReport extends SubjectHead {
  readonly date: string | null;
  readonly currency: string;
  readonly complete_through: string | null;
  readonly by: Dimension;
  readonly cash: 'include' | 'exclude';
  readonly total: ExposureView;
  readonly concentration: ConcentrationView;
  readonly reasons: readonly RemarkView[];
  readonly segments: readonly SegmentExposure[];
}

export function subjectExposures(
  reader: Reader,
  ref: SubjectRef,
  query: ExposuresQuery,
  context: ReadContext = {},
): Promise<Reading<ExposuresReport>> {
  return reader.subject(ref, context, async ({ model, subject }) => {
    const date = query.date ?? subject.latest_date;
    const currency = query.currency ?? subject.currency;
    const portfolioIds = subject.members.map((member) => member.portfolio_id);
    const held = await model.heldSecurities(portfolioIds);
    const securities = new Map(held.map((row) => [`${row.portfolio_id}\n${row.security_id}`, row]));
    // A group's latest day is one that all of its members have.
    const known = date === null || subject.latest_date === null || date <= subject.latest_date;
    const rows = date === null || !known ? [] : await model.memberSnapshots(portfolioIds, date);
    const open = rows
      .filter((row) => !isZero(decimal(row.quantity)))
      .map((row) => ({ row, held: securities.get(`${row.portfolio_id}\n${row.security_id}`)! }))
      .filter((each) => query.cash === 'include' || each.held.type !== 'cash');
    const bases = new Map(subject.members.map((member) => [member.portfolio_id, member.base_currency]));
    const conversion = await conversionInto(currency, model, [...bases.values()], date ?? undefined);
    const positions = open.map(({ row, held: security }): HeldValue => {
      const segment = segmentOf(query.by, security);
      const amount = row.market_value === null ? null : decimal(row.market_value);
      const value = amount && conversion.at(amount, bases.get(row.portfolio_id)!, day(date!));
      return { row, security, segment, value };
    });
    return (
      conversion.missing() ??
      found({
        ...subjectHead(subject),
        date,
        currency,
        complete_through: subject.complete_through,
        by: query.by,
        cash: query.cash,
        ...tableOf(positions, query.top, known ? undefined : day(date)),
      })
    );
  });
}

interface HeldValue {
  readonly row: MemberSnapshotRow;
  readonly security: HeldSecurityRow;
  readonly segment: Segment;
  readonly value: Decimal | null;
}

function tableOf(
  positions: readonly HeldValue[],
  top: readonly number[],
  unknown: Day | undefined,
): Pick<ExposuresReport, 'total' | 'concentration' | 'reasons' | 'segments'> {
  const unvalued = positions.filter(({ value }) => value === null);
  const table = exposures(
    positions.map(({ row, segment, value }): Holding => ({
      segment: segmentId(segment),
      security: row.security_id,
      value: value ?? ZERO,
    })),
  );
  const complete = unvalued.length === 0 && unknown === undefined;
  const segments = new Map(positions.map(({ segment }) => [segmentId(segment), segment]));
  const withUnvalued = new Set(unvalued.map(({ segment }) => segmentId(segment)));
  return {
    total: exposureView(table.total, complete, complete),
    concentration: concentrationView(concentration(complete ? merged(positions) : [], top)),
    reasons:
      unknown !== undefined
        ? [remarkView(missingDay(unknown))]
        : reasonsOf(unvalued, table.total.weight === null && positions.length > 0),
    segments: [...segments]
      .sort(([, a], [, b]) => compareSegments(a, b))
      .map(([id, segment]) => ({
        ...segment,
        ...exposureView(table.segments.get(id)!, !withUnvalued.has(id), complete),
      })),
  };
}

/** The same security in several portfolios is one holding. */
function merged(positions: readonly HeldValue[]): { security: string; value: Decimal }[] {
  const values = new Map<string, Decimal>();
  for (const { row, value } of positions)
    values.set(row.security_id, add(values.get(row.security_id) ?? ZERO, value ?? ZERO));
  return [...values].map(([security, value]) => ({ security, value }));
}

function exposureView(of: Exposure, valued: boolean, weighed: boolean): ExposureView {
  const money = (amount: Decimal) => (valued ? formatMoney(amount) : null);
  return {
    value: money(of.value),
    weight: weighed ? formatFraction(of.weight) : null,
    long_value: money(of.long),
    short_value: money(of.short),
    gross_value: money(of.gross),
    securities: of.securities,
  };
}

function concentrationView({
  holdings,
  largest,
  top,
  herfindahl,
  effective,
}: Concentration): ConcentrationView {
  return {
    holdings,
    largest: largest && { security_id: largest.security, weight: formatFraction(largest.weight) },
    top: top.map(({ n, weight }) => ({ n, weight: formatFraction(weight) })),
    herfindahl: formatFraction(herfindahl),
    effective_holdings: formatFraction(effective),
  };
}

function reasonsOf(unvalued: readonly HeldValue[], weightless: boolean): RemarkView[] {
  const [first] = unvalued;
  if (first) {
    const count = unvalued.length === 1 ? '' : ` and ${unvalued.length - 1} more`;
    return [
      {
        figure: 'all',
        code: 'unvalued',
        message: `${first.row.security_id}${count} has no value on the day`,
      },
    ];
  }
  return weightless
    ? [{ figure: 'weight', code: 'no_value', message: 'the value of the whole is not above zero' }]
    : [];
}
