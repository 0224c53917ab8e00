/** The days of portfolios taken as one: the sums of their days, without what went from one to another. */
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, format, subtract, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Flows } from '../../domain/groups/internal-flows.ts';
import { conversionInto } from './conversion.ts';
import type { Conversion } from './conversion.ts';
import { internalFlowsOf } from './group-flows.ts';
import type { InternalFlows } from './group-flows.ts';
import type { GroupDayRow } from './group-rows.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange, ReadModel } from './read-model.ts';
import type { PortfolioDayRow, PortfolioRow } from './rows.ts';

/**
 * The days on which every member that has begun by then has its row. Amounts are added up in each base
 * currency and then converted at the day's rate, the opening value at that of the day before.
 */
export async function groupDays(
  model: ReadModel,
  members: readonly PortfolioRow[],
  range: DateRange,
  currency: string,
): Promise<Outcome<PortfolioDayRow[]>> {
  const ids = members.map((member) => member.portfolio_id);
  const bases = members.map((member) => member.base_currency);
  const parts = await model.groupDays(ids, range);
  const internal = await internalFlowsOf(model, members, range);
  const conversion = await conversionInto(currency, model, bases, range.to);
  const begun = begunBy(members);
  const rows: PortfolioDayRow[] = [];
  for (let i = 0, next = 0; i < parts.length; i = next) {
    const { date } = parts[i]!;
    while (parts[next]?.date === date) next++;
    const ofDay = parts.slice(i, next);
    const present = ofDay.reduce((count, part) => count + part.portfolios, 0);
    if (present === begun(date)) rows.push(sumOf(ofDay, currency, internal, conversion));
  }
  return conversion.missing() ?? found(rows);
}

/** How many members have begun by a date; asked with dates that rise. */
function begunBy(members: readonly PortfolioRow[]): (date: string) => number {
  const dates = members.flatMap((member) => member.first_date ?? []).sort();
  let count = 0;
  return (date) => {
    while (count < dates.length && dates[count]! <= date) count++;
    return count;
  };
}

type Amount = Exclude<keyof PortfolioDayRow, 'date' | 'positions' | 'estimated_positions' | 'epoch'>;

function sumOf(
  parts: readonly GroupDayRow[],
  currency: string,
  internal: InternalFlows,
  conversion: Conversion,
): PortfolioDayRow {
  const [first] = parts as readonly [GroupDayRow, ...GroupDayRow[]];
  const { date } = first;
  const today = day(date);
  const isPlain = parts.length === 1 && first.base_currency === currency;
  const total = (name: Amount, on: Day, without?: (flows: Flows) => Decimal): string => {
    let sum = ZERO;
    for (const part of parts) {
      const flows = without && internal(date, part.base_currency);
      // Most days of most groups are one row whose texts need not be taken apart.
      if (isPlain && !flows) return part[name];
      const amount = flows ? subtract(decimal(part[name]), without(flows)) : decimal(part[name]);
      sum = add(sum, conversion.at(amount, part.base_currency, on));
    }
    return format(sum);
  };
  return {
    date,
    bod_market_value: total('bod_market_value', today - 1),
    bod_cashflow: total('bod_cashflow', today, (flows) => flows.bod),
    eod_cashflow: total('eod_cashflow', today, (flows) => flows.eod),
    eod_market_value: total('eod_market_value', today),
    income: total('income', today),
    fees: total('fees', today),
    taxes: total('taxes', today),
    cost: total('cost', today),
    positions: parts.reduce((count, part) => count + part.positions, 0),
    estimated_positions: parts.reduce((count, part) => count + part.estimated_positions, 0),
    epoch: Math.max(...parts.map((part) => part.epoch)),
  };
}
