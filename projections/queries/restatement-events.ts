/** Between two moments of knowledge: what the events that were learned in between could change of a portfolio. */
import type { Day } from '../../domain/dates.ts';
import type { StoredEvent } from '../../domain/log.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { TransactionType } from '../../domain/events.ts';
import { linkedGroups } from '../fold/plan.ts';
import { isDerivedCash, tiesOf } from '../fold/task.ts';
import { emptyKnown } from '../register/drive.ts';
import type { Known, Mark, PortfolioRecord, SecurityRecord, TransactionRecord } from '../register/model.ts';
import { createRegister } from '../register/register.ts';
import { readPortfolioEvents } from '../replay/portfolio-facts.ts';
import type { ReadableLog } from './queries.ts';
import type { Reach } from './restatement-causes.ts';

/** A reach with every position of the portfolio that the event touches. */
export interface KnownReach extends Reach {
  readonly touches: readonly string[];
}

const LAST: Day = 1_000_000;

/** What they leave in the books may depend on the close of their day. */
const AT_MARKET_VALUE: ReadonlySet<TransactionType> = new Set([
  'TRANSFER_IN',
  'TRANSFER_OUT',
  'SPIN_OFF',
  'MERGER',
  'EXCHANGE',
]);

/**
 * What each event after `from` marked to be folded again, by the register's own rules. A value that was
 * known already is left out: it changed nothing.
 *
 * @param securityIds every security that the portfolio has transactions on
 */
export async function reachesOfEvents(
  log: Pick<ReadableLog, 'readFeed'>,
  portfolioId: string,
  securityIds: Iterable<string>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<KnownReach[]> {
  const known = emptyKnown();
  const register = createRegister(known);
  const values = createValues();
  const news: { event: StoredEvent; marks: readonly Mark[] }[] = [];
  for (const event of await readPortfolioEvents(log, to, portfolioId, securityIds)) {
    register.apply(event);
    const changes = register.drain();
    const span = values.take(changes);
    if (event.position <= from) continue;
    news.push({
      event,
      marks: changes.marks.flatMap((mark): Mark[] =>
        mark.cause !== 'price' && mark.cause !== 'fx_rate' ? [mark] : span ? [{ ...mark, ...span }] : [],
      ),
    });
  }
  const record = known.portfolios.get(portfolioId);
  if (!record) return [];
  const books = booksOf(known, record);
  return news.flatMap(({ marks }) =>
    marks.flatMap((mark): KnownReach[] => {
      const touches = books.touchedBy(mark);
      if (touches.length === 0) return [];
      const through = books.holds(mark, touches, values.lastDayOf(mark)) ?? LAST;
      const { position, cause, fromDay } = mark;
      return [{ position, cause, since: fromDay, from: fromDay, through, touches }];
    }),
  );
}

/** Prices and rates as they are known by now, and which days new ones change. */
function createValues() {
  const series = new Map<string, Map<Day, string>>();
  const take = (key: string, day: Day, value: string, changed: Day[]) => {
    const days = series.get(key) ?? new Map<Day, string>();
    if (days.get(day) !== value) changed.push(day);
    series.set(key, days.set(day, value));
  };
  return {
    /** The first and the last day that now has another value. */
    take(changes: {
      readonly prices: readonly { securityNo: number; day: Day; price: string }[];
      readonly fxRates: readonly { from: string; to: string; day: Day; rate: string }[];
    }): { fromDay: Day; toDay: Day } | undefined {
      const changed: Day[] = [];
      for (const { securityNo, day, price } of changes.prices) take(String(securityNo), day, price, changed);
      for (const { from, to, day, rate } of changes.fxRates) take(`${from}/${to}`, day, rate, changed);
      if (changed.length === 0) return undefined;
      changed.sort((a, b) => a - b);
      return { fromDay: changed[0]!, toDay: changed.at(-1)! };
    },
    /** A close holds until the next one, whose day still opens at its value; `undefined`: it holds until today. */
    lastDayOf(mark: Mark): Day | undefined {
      if (mark.toDay === undefined || (mark.scope !== 'security' && mark.scope !== 'fx')) return undefined;
      const days = series.get(
        mark.scope === 'security' ? String(mark.securityNo) : `${mark.from}/${mark.to}`,
      );
      let next: Day | undefined;
      for (const day of days?.keys() ?? [])
        if (day > mark.toDay && (next === undefined || day < next)) next = day;
      return next;
    },
  };
}

function booksOf(known: Known, { portfolioNo, settings }: PortfolioRecord) {
  const securities = new Map<number, SecurityRecord['details']>();
  for (const { securityNo, details } of known.securities.values()) securities.set(securityNo, details);
  const transactions = [...known.transactions.values()].filter((each) => each.portfolioNo === portfolioNo);
  const derived = settings.cash === 'derived';
  const keys = keysOf(transactions, securities, derived);
  const groups = new Map<string, readonly string[]>();
  for (const group of linkedGroups(
    numbersOf(keys, known),
    tiesOf(settings.cash, linksOf(transactions, securities)),
  )) {
    const ids = group.map((no) => securities.get(no)!.security_id);
    // What moves a security moves the cash that pays for it.
    const cash = derived ? ids.map((id) => cashSecurityId(known.securities.get(id)!.details.currency)) : [];
    for (const id of ids) groups.set(id, [...new Set([...ids, ...cash])]);
  }

  const reached = (ids: readonly string[]) => [...new Set(ids.flatMap((id) => groups.get(id) ?? []))];

  function touchedBy(mark: Mark): string[] {
    switch (mark.scope) {
      case 'key':
        return mark.portfolioNo === portfolioNo
          ? reached([securities.get(mark.securityNo)!.security_id])
          : [];
      case 'portfolio_keys':
        return [...keys];
      case 'security':
        return reached([securities.get(mark.securityNo)!.security_id]);
      case 'fx':
        return [...keys].filter((id) => {
          const { currency } = known.securities.get(id)!.details;
          const ends = [currency, settings.base_currency];
          return currency !== settings.base_currency && (ends.includes(mark.from) || ends.includes(mark.to));
        });
      case 'all_portfolios':
        // A business date adds days; it changes none.
        return [];
      default:
        return mark satisfies never;
    }
  }

  /** The last day, unless a transaction up to it took the changed value into the books. */
  function holds(mark: Mark, ids: readonly string[], through: Day | undefined): Day | undefined {
    if (through === undefined) return undefined;
    const touched = new Set(ids.map((id) => known.securities.get(id)!.securityNo));
    const taken = transactions.some(
      ({ day, securityNo, targetNo, cancelled, fields }) =>
        !cancelled &&
        day >= mark.fromDay &&
        day <= through &&
        // Rates turn the cost of any transaction into base currency.
        (mark.cause === 'fx_rate' || AT_MARKET_VALUE.has(fields.transaction_type)) &&
        [securityNo, targetNo].some((no) => no !== undefined && touched.has(no)),
    );
    return taken ? undefined : through;
  }

  return { touchedBy, holds };
}

/** Every position the portfolio has, its derived cash included. */
function keysOf(
  transactions: readonly TransactionRecord[],
  securities: ReadonlyMap<number, SecurityRecord['details']>,
  derived: boolean,
): Set<string> {
  const keys = new Set<string>();
  for (const { securityNo, targetNo } of transactions) {
    const { security_id: id, currency } = securities.get(securityNo)!;
    keys.add(id);
    if (targetNo !== undefined) keys.add(securities.get(targetNo)!.security_id);
    if (derived && !isDerivedCash({ cash: 'derived' }, { securityId: id, currency }))
      keys.add(cashSecurityId(currency));
  }
  return keys;
}

function numbersOf(ids: Iterable<string>, known: Known): number[] {
  return [...ids].map((id) => known.securities.get(id)!.securityNo);
}

function linksOf(
  transactions: readonly TransactionRecord[],
  securities: ReadonlyMap<number, SecurityRecord['details']>,
) {
  const isCash = (no: number) => securities.get(no)!.type === 'cash';
  return transactions.flatMap(({ securityNo, targetNo }) =>
    targetNo === undefined ? [] : [{ securityNo, targetNo, mixed: isCash(securityNo) !== isCash(targetNo) }],
  );
}
