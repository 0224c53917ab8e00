/** The rates at which days of portfolios of several base currencies come into one. */
import { createFxTable } from '../../domain/books/fx.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { format, ONE } from '../../domain/decimal.ts';
import { quotes } from './conversion.ts';
import type { RatedDay } from './position-reads.ts';
import type { SubjectSource } from './subject.ts';

/**
 * For each day, in the order given, the rates of every base currency of the subject. A rate that is not
 * known is 0: loading the subject's days has refused those that anything rests on.
 */
export async function ratedDays(
  { model, subject }: Pick<SubjectSource, 'model' | 'subject'>,
  days: readonly Day[],
  currency: string,
): Promise<RatedDay[]> {
  const bases = [...new Set(subject.members.map((member) => member.base_currency))].sort();
  const others = bases.filter((base) => base !== currency);
  const last = days.at(-1);
  const rates = createFxTable(
    others.length === 0 || last === undefined
      ? []
      : quotes(await model.fxRates([currency, ...others], isoDate(last))),
  );
  return bases.flatMap((base) => {
    const series = rates.series(base, currency);
    const at = (day: Day) => (base === currency ? format(ONE) : format(series.at(day)?.price ?? NO_RATE));
    return days.map((day) => ({
      currency: base,
      date: isoDate(day),
      opening_rate: at(day - 1),
      closing_rate: at(day),
    }));
  });
}

const NO_RATE = { coefficient: 0n, scale: 0 };
