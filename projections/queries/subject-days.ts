/** The days of a portfolio or group, as rows and as the input of returns. */
import { daysIn } from './conversion.ts';
import { keptByReader } from './kept.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';
import { returnDays } from './return-days.ts';
import type { CostedDay } from './return-days.ts';
import type { PortfolioDayRow, PortfolioRow } from './rows.ts';
import { subjectKey } from './subject.ts';
import type { SubjectSource } from './subject.ts';

/** Both lists are in the order of days and of the same length. */
export interface SubjectDays {
  readonly rows: readonly PortfolioDayRow[];
  readonly days: readonly CostedDay[];
}

const histories = keptByReader<SubjectDays>(({ rows }) => rows.length);

/** The days of a range, converted when another currency than the portfolio's is asked for. */
export async function loadDays(
  source: SubjectSource,
  range: DateRange,
  currency?: string,
): Promise<Outcome<SubjectDays>> {
  const { reader, model, subject } = source;
  const [portfolio] = subject.members;
  if (!portfolio) return found({ rows: [], days: [] });
  const converts = currency !== undefined && currency !== portfolio.base_currency;
  if (converts || range.from !== undefined) {
    const loaded = await daysIn(currency, model, portfolio, range);
    return loaded.status === 'found' ? found(withReturns(loaded.value, portfolio)) : loaded;
  }
  const whole = await histories(reader).get(subjectKey(source), async () =>
    withReturns(await model.portfolioDays(portfolio.portfolio_id, {}), portfolio),
  );
  return found(until(whole, range.to));
}

function withReturns(rows: readonly PortfolioDayRow[], portfolio: PortfolioRow): SubjectDays {
  return { rows, days: returnDays(rows, portfolio.latest_date) };
}

function until({ rows, days }: SubjectDays, to: string | undefined): SubjectDays {
  let end = rows.length;
  while (to !== undefined && end > 0 && rows[end - 1]!.date > to) end--;
  return end === rows.length ? { rows, days } : { rows: rows.slice(0, end), days: days.slice(0, end) };
}
