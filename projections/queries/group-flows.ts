/** What of the flows of a group's members went from one of them to another. */
import { day as dayOf } from '../../domain/dates.ts';
import { add, decimal, equal, isZero, ONE, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { cashAmount } from '../../domain/books/trades.ts';
import { transactionFrom } from '../../domain/books/transactions.ts';
import { internalFlows } from '../../domain/groups/internal-flows.ts';
import type { Flows, RatedMovement } from '../../domain/groups/internal-flows.ts';
import { matchTransfers } from '../../domain/groups/transfers.ts';
import { NEVER } from './first-change.ts';
import type { MovementRow } from './group-rows.ts';
import type { DateRange, ReadModel } from './read-model.ts';
import type { PortfolioRow } from './rows.ts';

/** Of the members of a base currency on a date, in it, by both (`flowsName`); only where something moved. */
export type InternalFlows = ReadonlyMap<string, Flows>;

export function flowsName(date: string, baseCurrency: string): string {
  return `${date} ${baseCurrency}`;
}

/** The first date on which one differs from the other; later than any date where none does. */
export function firstFlowChange(a: InternalFlows, b: InternalFlows): string {
  let first = NEVER;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const)
    for (const [name, { bod, eod }] of one) {
      const flows = other.get(name);
      const date = name.slice(0, first.length);
      if (date < first && !(flows && equal(flows.bod, bod) && equal(flows.eod, eod))) first = date;
    }
  return first;
}

export async function internalFlowsOf(
  model: ReadModel,
  members: readonly PortfolioRow[],
  range: DateRange,
): Promise<InternalFlows> {
  const bases = new Map(members.map((member) => [member.portfolio_id, member.base_currency]));
  const totals = new Map<string, Flows>();
  for (const { date, portfolioId, flows } of await internalFlowsByPosition(model, members, range)) {
    const name = flowsName(date, bases.get(portfolioId)!);
    const before = totals.get(name) ?? { bod: ZERO, eod: ZERO };
    totals.set(name, { bod: add(before.bod, flows.bod), eod: add(before.eod, flows.eod) });
  }
  return totals;
}

/** What of a position's external flows of a day is internal to the group, in its portfolio's base currency. */
export interface InternalPositionFlows {
  readonly date: string;
  readonly portfolioId: string;
  readonly securityId: string;
  readonly flows: Flows;
}

export async function internalFlowsByPosition(
  model: ReadModel,
  members: readonly PortfolioRow[],
  range: DateRange,
): Promise<InternalPositionFlows[]> {
  if (members.length < 2) return [];
  const rows = await model.movements(
    members.map((member) => member.portfolio_id),
    range,
  );
  const byId = new Map(members.map((member) => [member.portfolio_id, member]));
  return internalTo(byId, rows);
}

/** A row, and the movement it stands for. */
interface Moved {
  readonly row: MovementRow;
  readonly movement: RatedMovement;
}

function internalTo(
  members: ReadonlyMap<string, PortfolioRow>,
  rows: readonly MovementRow[],
): InternalPositionFlows[] {
  const moved = rows.map((row): Moved => ({
    row,
    movement: movementOf(row, members.get(row.portfolio_id)!),
  }));
  const pairs = matchTransfers(moved.map(({ movement }) => movement).filter(({ size }) => !isZero(size)));
  const matched = new Set(pairs.flatMap((pair) => [pair.in, pair.out]));
  const found: InternalPositionFlows[] = [];
  for (const ofKey of keyDays(moved)) {
    if (!ofKey.some(({ movement }) => matched.has(movement))) continue;
    const [{ row }] = ofKey;
    const member = members.get(row.portfolio_id)!;
    const flows = internalFlows(
      {
        isCash: row.is_cash,
        inflowTiming: member.inflow_timing,
        outflowTiming: member.outflow_timing,
        // A day with a flow that is not known is not complete, and nothing is made of it.
        bodFlow: amount(row.bod_cashflow_portfolio),
        eodFlow: amount(row.eod_cashflow_portfolio),
        bodFlowBase: amount(row.bod_cashflow_base),
        eodFlowBase: amount(row.eod_cashflow_base),
        price: row.market_price === null ? null : decimal(row.market_price),
        movements: ofKey.map(({ movement }) => movement),
      },
      (movement) => matched.has(movement),
    );
    found.push({ date: row.date, portfolioId: row.portfolio_id, securityId: row.security_id, flows });
  }
  return found;
}

function amount(text: string | null): Decimal {
  return text === null ? ZERO : decimal(text);
}

function movementOf(row: MovementRow, member: PortfolioRow): RatedMovement {
  const transaction = transactionFrom(row.fields, member.time_zone);
  const rate = transaction.fxRate ?? (row.fx_rate === null ? null : decimal(row.fx_rate));
  return {
    transactionId: transaction.id,
    portfolioId: row.portfolio_id,
    what: row.is_cash ? `cash ${row.currency}` : row.security_id,
    day: dayOf(row.date),
    direction: transaction.type === 'DEPOSIT' || transaction.type === 'TRANSFER_IN' ? 'in' : 'out',
    size: row.is_cash ? cashAmount(transaction) : transaction.quantity,
    fxRate: row.currency === member.base_currency ? ONE : rate,
  };
}

/** By portfolio, security and day: what the rows of the books are the sums of. */
function keyDays(moved: readonly Moved[]): [Moved, ...Moved[]][] {
  const found = new Map<string, [Moved, ...Moved[]]>();
  for (const one of moved) {
    const name = `${one.row.date} ${one.row.portfolio_id} ${one.row.security_id}`;
    const list = found.get(name);
    if (list) list.push(one);
    else found.set(name, [one]);
  }
  return [...found.values()];
}
