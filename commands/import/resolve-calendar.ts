/** The business dates of an import, those given and the one that follows from its data. */
import { dayOfInstant, isoDate } from '../../domain/dates.ts';
import { streams } from '../../domain/events.ts';
import type { CalendarState } from '../deciders/calendar.ts';
import { decideBusinessDate, evolveCalendar, initialCalendar } from '../deciders/calendar.ts';
import { count } from './draft.ts';
import type { RowRef } from './problems.ts';
import type { ImportedTransactions } from './resolve-transactions.ts';
import { fieldsOf } from './resolve-transactions.ts';
import type { Resolving } from './resolving.ts';
import type { ImportOptions } from './types.ts';

function latestPriceDate({ draft, known }: Resolving): string {
  let latest = '';
  for (const [securityId, series] of draft.prices) {
    if (!known.security(securityId).details) continue;
    for (const date of series.values.keys()) if (date > latest) latest = date;
  }
  return latest;
}

/** The last day of the transactions, each in the time zone of its portfolio. */
function latestTransactionDate({ known }: Resolving, imported: ImportedTransactions): string {
  const last = new Map<string, string>();
  for (const planned of imported.values()) {
    const fields = fieldsOf(planned);
    if (!fields) continue;
    const { portfolio_id, transaction_date } = fields;
    const before = last.get(portfolio_id);
    if (before === undefined || transaction_date > before) last.set(portfolio_id, transaction_date);
  }
  let latest = '';
  for (const [portfolioId, instant] of last) {
    const date = isoDate(dayOfInstant(instant, known.portfolio(portfolioId).settings?.time_zone ?? 'UTC'));
    if (date > latest) latest = date;
  }
  return latest;
}

/**
 * @param nowhere the place of what no row asked for
 */
export async function resolveCalendar(
  resolving: Resolving,
  imported: ImportedTransactions,
  options: Pick<ImportOptions, 'advanceBusinessDate' | 'clock'>,
  nowhere: RowRef,
): Promise<void> {
  const { draft, problems, output, log } = resolving;
  const stored = await log.readStream(streams.calendar);
  let state = stored.reduce<CalendarState>(evolveCalendar, initialCalendar());
  const today = options.clock().slice(0, 10);

  const advance = (date: string, ref: RowRef, rows: 0 | 1): void => {
    const decision = decideBusinessDate({ date, today }, state);
    if (!decision.ok) {
      problems.add(ref, decision.errors);
      return;
    }
    if (decision.events.length === 0) count(draft.repeats, 'business-dates', rows);
    for (const event of decision.events) {
      output.plan('business-dates', ref, event, { rows });
      state = evolveCalendar(state, event);
    }
  };

  const rows = draft.lists['business-dates'];
  for (const { command, ref } of [...rows].sort((a, b) => (a.command.date < b.command.date ? -1 : 1)))
    advance(command.date, ref, 1);

  const wish = options.advanceBusinessDate ?? 'latest';
  if (typeof wish === 'object') advance(wish.date, nowhere, 0);
  if (wish !== 'latest' || state.latest !== undefined) return;
  const latest = latestPriceDate(resolving) || latestTransactionDate(resolving, imported);
  if (latest !== '') advance(latest < today ? latest : today, nowhere, 0);
}
