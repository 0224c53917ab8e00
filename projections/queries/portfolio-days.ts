/** A portfolio's days, as rows and as the input of returns. */
import { daysIn } from './conversion.ts';
import { keptByReader } from './kept.ts';
import { found } from './reading.ts';
import type { Outcome, Reader } from './reading.ts';
import type { DateRange, ReadModel, Version } from './read-model.ts';
import { returnDays } from './return-days.ts';
import type { CostedDay } from './return-days.ts';
import type { PortfolioDayRow, PortfolioRow } from './rows.ts';

/** Both lists are in the order of days and of the same length. */
export interface PortfolioDays {
  readonly rows: readonly PortfolioDayRow[];
  readonly days: readonly CostedDay[];
}

/** What a read of a portfolio's days runs on. */
export interface DaysSource {
  readonly reader: Reader;
  readonly model: ReadModel;
  readonly portfolio: PortfolioRow;
  readonly version: Version;
}

const histories = keptByReader<PortfolioDays>(({ rows }) => rows.length);

/** Names everything that the days of a portfolio depend on, in base currency. */
export function daysKey({ portfolio, version }: DaysSource): string {
  // A replay is told apart by its position alone; of the tables the tag tells all, whatever else went on.
  const known = version.tag.startsWith('replay.') ? version.position : '';
  return [portfolio.portfolio_id, portfolio.latest_date, version.tag, known].join('\n');
}

/** The days of a range, converted when another currency than the portfolio's is asked for. */
export async function loadDays(
  source: DaysSource,
  range: DateRange,
  currency?: string,
): Promise<Outcome<PortfolioDays>> {
  const { reader, model, portfolio } = source;
  const converts = currency !== undefined && currency !== portfolio.base_currency;
  if (converts || range.from !== undefined) {
    const loaded = await daysIn(currency, model, portfolio, range);
    return loaded.status === 'found' ? found(withReturns(loaded.value, portfolio)) : loaded;
  }
  const whole = await histories(reader).get(daysKey(source), async () =>
    withReturns(await model.portfolioDays(portfolio.portfolio_id, {}), portfolio),
  );
  return found(until(whole, range.to));
}

function withReturns(rows: readonly PortfolioDayRow[], portfolio: PortfolioRow): PortfolioDays {
  return { rows, days: returnDays(rows, portfolio.latest_date) };
}

function until({ rows, days }: PortfolioDays, to: string | undefined): PortfolioDays {
  let end = rows.length;
  while (to !== undefined && end > 0 && rows[end - 1]!.date > to) end--;
  return end === rows.length ? { rows, days } : { rows: rows.slice(0, end), days: days.slice(0, end) };
}
