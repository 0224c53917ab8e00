/** The days of a portfolio or group, as rows and as the input of returns. */
import { daysIn } from './conversion.ts';
import { groupDays, groupHistory } from './group-days.ts';
import type { GroupHistory } from './group-days.ts';
import { keptByReader } from './kept.ts';
import { portfolioRows } from './portfolio-rows.ts';
import type { PortfolioRows } from './portfolio-rows.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';
import { returnDays } from './return-days.ts';
import type { MadeDays } from './return-days.ts';
import { subjectKey, subjectName } from './subject.ts';
import type { SubjectSource } from './subject.ts';

/** Both lists are in the order of days and of the same length. */
export type SubjectDays = MadeDays;

/** With what the next state of the same subject can be made from. */
type History = SubjectDays &
  (
    | { readonly kind: 'portfolio'; readonly of: PortfolioRows }
    | { readonly kind: 'group'; readonly of: GroupHistory }
  );

const histories = keptByReader<Outcome<History>>(weightOf, isCertain);

/** All days in the subject's own currency; the very same object as long as its version is the same. */
export function loadHistory(source: SubjectSource): Promise<Outcome<SubjectDays>> {
  return histories(source.reader).in(subjectKey(source), subjectName(source), (former) =>
    make(source, former?.status === 'found' ? former.value : undefined),
  );
}

/** The days of a range, converted when another currency than the subject's is asked for. */
export async function loadDays(
  source: SubjectSource,
  range: DateRange,
  currency?: string,
): Promise<Outcome<SubjectDays>> {
  const { model, subject } = source;
  const [first] = source.members;
  // Exchange rates into another currency are no part of the version.
  if (currency !== undefined && currency !== subject.currency) {
    const rows =
      subject.kind === 'portfolio'
        ? await daysIn(currency, model, first!.portfolio, range)
        : await groupDays(source, range, currency);
    return rows.status === 'found' ? found(withReturns(rows.value, source)) : rows;
  }
  // A part of a group's days is as dear as all of them but for what is read of it.
  if (subject.kind === 'portfolio' && range.from !== undefined)
    return found(withReturns(await model.portfolioDays(subject.id, range), source));
  const whole = await loadHistory(source);
  return whole.status === 'found' ? found(within(whole.value, range)) : whole;
}

async function make(source: SubjectSource, former: History | undefined): Promise<Outcome<History>> {
  const { model, subject, members } = source;
  if (subject.kind === 'portfolio') {
    const of = await portfolioRows(model, members[0]!, former?.kind === 'portfolio' ? former.of : undefined);
    return found({ kind: 'portfolio', of, ...withReturns(of.rows, source, former) });
  }
  const of = await groupHistory(source, former?.kind === 'group' ? former.of : undefined);
  if (of.status !== 'found') return of;
  return found({ kind: 'group', of: of.value, ...withReturns(of.value.rows, source, former) });
}

function withReturns(rows: MadeDays['rows'], { subject }: SubjectSource, former?: SubjectDays): SubjectDays {
  return { rows, days: returnDays(rows, subject.latest_date, former) };
}

/** The days that figures are made of up to a date: those of a history themselves where there are no later ones. */
export function within({ rows, days }: SubjectDays, { from, to }: DateRange): SubjectDays {
  let [start, end] = [0, rows.length];
  while (to !== undefined && end > 0 && rows[end - 1]!.date > to) end--;
  while (from !== undefined && start < end && rows[start]!.date < from) start++;
  return start === 0 && end === rows.length
    ? { rows, days }
    : { rows: rows.slice(start, end), days: days.slice(start, end) };
}

function weightOf(loaded: Outcome<History>): number {
  if (loaded.status !== 'found') return 1;
  const { kind, of, rows } = loaded.value;
  return rows.length + (kind === 'group' ? of.parts.length : 0);
}

/** Rows that do not have the checksum of the books are shown, and read again each time: they will be mended. */
function isCertain(loaded: Outcome<History>): boolean {
  return loaded.status !== 'found' || loaded.value.kind === 'group' || loaded.value.of.certain;
}
