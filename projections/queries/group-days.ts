/** The days of portfolios taken as one: the sums of their days, without what went from one to another. */
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, format, subtract, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { FxTable } from '../../domain/books/fx.ts';
import type { Flows } from '../../domain/groups/internal-flows.ts';
import { conversionBy, conversionInto, fxTableOf } from './conversion.ts';
import type { Conversion } from './conversion.ts';
import { firstChange } from './first-change.ts';
import { firstFlowChange, flowsName, internalFlowsOf } from './group-flows.ts';
import type { InternalFlows } from './group-flows.ts';
import type { GroupDayRow, Member } from './group-rows.ts';
import { rowsBefore } from './portfolio-rows.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';
import type { PortfolioDayRow, PortfolioRow } from './rows.ts';
import type { Subject, SubjectSource } from './subject.ts';

/** The days of a group in its own currency, and what those of the next state can be made from. */
export interface GroupHistory {
  readonly rows: readonly PortfolioDayRow[];
  readonly members: readonly Member[];
  readonly parts: readonly GroupDayRow[];
  readonly internal: InternalFlows;
  /** What tells the rates of the table from others. */
  readonly rates: string;
  readonly table: FxTable;
}

/**
 * The days of a group in its currency. Of a former state all is kept before the first day of which a row of a
 * member, what went between members, or any rate is another: from there on the members are summed again.
 */
export async function groupHistory(
  { model, subject, members, rates }: SubjectSource,
  former: GroupHistory | undefined,
): Promise<Outcome<GroupHistory>> {
  const { currency } = subject;
  const ids = members.map(({ portfolio }) => portfolio.portfolio_id);
  const bases = members.map(({ portfolio }) => portfolio.base_currency);
  const from = former && (await firstChange(model, former.members, members));
  const kept = former && from !== undefined ? { ...former, from } : undefined;
  const parts = kept
    ? [...before(kept.parts, kept.from), ...(await model.groupDays(ids, { from: kept.from }))]
    : await model.groupDays(ids, {});
  const internal = await internalFlowsOf(model, subject.members, {});
  const same = kept?.rates === rates ? kept : undefined;
  const table = same ? same.table : await fxTableOf(currency, model, bases);
  const sameUntil = same ? least(same.from, firstFlowChange(same.internal, internal)) : '';
  const conversion = conversionBy(table, currency);
  const rows = [
    ...before(same?.rows ?? [], sameUntil),
    ...rowsOf(parts.slice(rowsBefore(parts, sameUntil)), subject, internal, conversion),
  ];
  return conversion.missing() ?? found({ rows, members, parts, internal, rates, table });
}

function before<Row extends { readonly date: string }>(rows: readonly Row[], date: string): readonly Row[] {
  return rows.slice(0, rowsBefore(rows, date));
}

function least(a: string, b: string): string {
  return a < b ? a : b;
}

/** The days of a range of a group, in another currency than its own. */
export async function groupDays(
  { model, subject }: Pick<SubjectSource, 'model' | 'subject'>,
  range: DateRange,
  currency: string,
): Promise<Outcome<PortfolioDayRow[]>> {
  const { members } = subject;
  const ids = members.map((member) => member.portfolio_id);
  const bases = members.map((member) => member.base_currency);
  const parts = await model.groupDays(ids, range);
  const internal = await internalFlowsOf(model, members, range);
  const conversion = await conversionInto(currency, model, bases, range.to);
  const rows = rowsOf(parts, { members, currency }, internal, conversion);
  return conversion.missing() ?? found(rows);
}

/**
 * The days on which every member that has begun by then has its row. Amounts are added up in each base
 * currency and then converted at the day's rate, the opening value at that of the day before.
 */
function rowsOf(
  parts: readonly GroupDayRow[],
  { members, currency }: Pick<Subject, 'members' | 'currency'>,
  internal: InternalFlows,
  conversion: Conversion,
): PortfolioDayRow[] {
  const begun = begunBy(members);
  const rows: PortfolioDayRow[] = [];
  for (let i = 0, next = 0; i < parts.length; i = next) {
    const { date } = parts[i]!;
    while (parts[next]?.date === date) next++;
    const ofDay = parts.slice(i, next);
    const present = ofDay.reduce((count, part) => count + part.portfolios, 0);
    if (present === begun(date)) rows.push(sumOf(ofDay, currency, internal, conversion));
  }
  return rows;
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
      const flows = without && internal.get(flowsName(date, part.base_currency));
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
