/** What every report over periods begins with, and where its periods lie. */
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import { resolvePeriod } from '../../domain/returns/periods.ts';
import type { NamedPeriod, Period } from '../../domain/returns/periods.ts';
import { subjectHead } from './subject.ts';
import type { Subject, SubjectHead } from './subject.ts';

/** What a report may be asked for; each has its default. */
export interface Asked {
  /** The last day that counts; by default the last complete one. */
  readonly date?: string;
  /** The subject's own by default. */
  readonly currency?: string;
}

export interface Terms {
  /** `null` without any complete day. */
  readonly date: string | null;
  readonly currency: string;
}

export function termsOf(subject: Subject, { date, currency }: Asked): Terms {
  return { date: date ?? subject.complete_through, currency: currency ?? subject.currency };
}

export interface ReportHead extends SubjectHead, Terms {
  /** The first day held. */
  readonly inception: string | null;
  readonly complete_through: string | null;
}

/** @param days what the report is made from, in ascending order */
export function reportHead(
  subject: Subject,
  { date, currency }: Terms,
  days: readonly Pick<ReturnDay, 'day'>[],
): ReportHead {
  const first = days[0]?.day;
  return {
    ...subjectHead(subject),
    currency,
    date,
    inception: first === undefined ? null : isoDate(first),
    complete_through: subject.complete_through,
  };
}

/** The days between which periods are put on the calendar; absent where nothing counts. */
export interface Extent {
  readonly asOf: Day;
  readonly inception: Day;
  readonly completeThrough: Day;
}

/** @param days what the report is made from: without any, nothing was held as far as days are complete */
export function extentOf(
  { complete_through: complete, first_date: began }: Pick<Subject, 'complete_through' | 'first_date'>,
  { date }: Terms,
  days: readonly Pick<ReturnDay, 'day'>[],
): Extent | undefined {
  if (date === null) return undefined;
  const asOf = day(date);
  const completeThrough = complete !== null ? day(complete) : began !== null ? day(began) - 1 : asOf;
  const inception = days[0]?.day ?? Math.min(asOf, completeThrough) + 1;
  return { asOf, inception, completeThrough };
}

/** The periods on the calendar; none where nothing counts. */
export function resolvedPeriods(periods: readonly NamedPeriod[], extent: Extent | undefined): Period[] {
  if (!extent) return [];
  const { asOf, inception, completeThrough } = extent;
  return periods.map((period) => resolvePeriod(period, asOf, inception, completeThrough));
}
