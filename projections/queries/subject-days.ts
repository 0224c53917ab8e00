/** The days of a portfolio or group, as rows and as the input of returns. */
import { daysIn } from './conversion.ts';
import { groupDays } from './group-days.ts';
import { keptByReader } from './kept.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';
import { returnDays } from './return-days.ts';
import type { CostedDay } from './return-days.ts';
import type { PortfolioDayRow } from './rows.ts';
import { subjectKey } from './subject.ts';
import type { Subject, SubjectSource } from './subject.ts';

/** Both lists are in the order of days and of the same length. */
export interface SubjectDays {
  readonly rows: readonly PortfolioDayRow[];
  readonly days: readonly CostedDay[];
}

const histories = keptByReader<Outcome<SubjectDays>>((loaded) =>
  loaded.status === 'found' ? loaded.value.rows.length : 1,
);

/** The days of a range, converted when another currency than the subject's is asked for. */
export async function loadDays(
  source: SubjectSource,
  range: DateRange,
  currency?: string,
): Promise<Outcome<SubjectDays>> {
  const { reader, subject } = source;
  // Exchange rates into another currency are no part of the version.
  if (currency !== undefined && currency !== subject.currency) return make(source, range, currency);
  // A part of a group's days is as dear as all of them but for what is read of it.
  if (subject.kind === 'portfolio' && range.from !== undefined) return make(source, range);
  const whole = await histories(reader).get(subjectKey(source), () => make(source, {}));
  return whole.status === 'found' ? found(within(whole.value, range)) : whole;
}

async function make(
  { model, subject }: SubjectSource,
  range: DateRange,
  currency = subject.currency,
): Promise<Outcome<SubjectDays>> {
  const { members } = subject;
  const rows =
    subject.kind === 'portfolio'
      ? await daysIn(currency, model, members[0]!, range)
      : await groupDays(model, members, range, currency);
  return rows.status === 'found' ? found(withReturns(rows.value, subject)) : rows;
}

function withReturns(rows: readonly PortfolioDayRow[], subject: Subject): SubjectDays {
  return { rows, days: returnDays(rows, subject.latest_date) };
}

function within({ rows, days }: SubjectDays, { from, to }: DateRange): SubjectDays {
  let [start, end] = [0, rows.length];
  while (to !== undefined && end > 0 && rows[end - 1]!.date > to) end--;
  while (from !== undefined && start < end && rows[start]!.date < from) start++;
  return start === 0 && end === rows.length
    ? { rows, days }
    : { rows: rows.slice(start, end), days: days.slice(start, end) };
}
