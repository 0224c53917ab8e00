/**
 * Folds a whole portfolio from inception, in memory: the same fold as the live one, without its tables.
 * Rebuild writes what it yields, verification compares it with what is stored.
 */
import { addDays, contribution, EMPTY_DAY } from '../../domain/books/aggregate.ts';
import { costDiscrepancies } from '../../domain/books/cost-check.ts';
import type { CostDiscrepancy } from '../../domain/books/cost-check.ts';
import { foldTransactions } from '../../domain/books/fold.ts';
import type {
  BookSettings,
  DayRow,
  Effect,
  KeyDetails,
  Market,
  Pending,
  PortfolioDay,
  Transaction,
} from '../../domain/books/model.ts';
import { initialState } from '../../domain/books/state.ts';
import { cashLeg, compareTransactions, transactionFrom } from '../../domain/books/transactions.ts';
import { valueDays } from '../../domain/books/valuation.ts';
import type { Day } from '../../domain/dates.ts';
import type { PortfolioSettings } from '../../domain/events.ts';
import { linkedGroups } from '../fold/plan.ts';
import type { Link } from '../fold/store.ts';
import { isDerivedCash, tiesOf } from '../fold/task.ts';
import { marketsFrom } from '../fold/market.ts';
import type { Markets } from '../fold/market.ts';
import type { PortfolioRecord, SecurityRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';

export interface ReplayedKey {
  readonly securityNo: number;
  readonly details: KeyDetails;
  readonly effects: readonly Effect[];
  readonly rows: readonly DayRow[];
  readonly pending: readonly Pending[];
  readonly discrepancies: readonly CostDiscrepancy[];
}

export interface ReplayedPortfolio {
  readonly firstDay: Day | null;
  /** Complete days only. */
  readonly days: ReadonlyMap<Day, PortfolioDay>;
}

export interface Replayer {
  readonly facts: Facts;
  /** Yields the keys one by one, so that no more than one is in memory, and returns the portfolio's days. */
  portfolio(record: PortfolioRecord): Generator<ReplayedKey, ReplayedPortfolio>;
}

export function bookSettings(settings: PortfolioSettings): BookSettings {
  return {
    baseCurrency: settings.base_currency,
    method: settings.cost_basis_method,
    allowShort: settings.allow_short,
    inflowTiming: settings.inflow_timing,
    outflowTiming: settings.outflow_timing,
  };
}

export function createReplayer(facts: Facts): Replayer {
  const { known, horizon } = facts;
  const securities = new Map<number, SecurityRecord>();
  for (const security of known.securities.values()) securities.set(security.securityNo, security);
  const ids = new Map([...securities].map(([securityNo, { details }]) => [securityNo, details.security_id]));
  const markets: Markets = marketsFrom(facts.market, ids);
  const keysOf = new Map<number, number[]>();
  for (const [portfolioNo, securityNo] of facts.keys)
    keysOf.set(portfolioNo, [...(keysOf.get(portfolioNo) ?? []), securityNo]);

  function detailsOf(securityNo: number): KeyDetails {
    const { details } = securities.get(securityNo)!;
    return { securityId: details.security_id, currency: details.currency, isCash: details.type === 'cash' };
  }

  function* portfolio(record: PortfolioRecord): Generator<ReplayedKey, ReplayedPortfolio> {
    const settings = bookSettings(record.settings);
    const market = markets.of({ settings });
    const derived = record.settings.cash === 'derived';
    const cashOf = (group: readonly number[]) =>
      group.map(detailsOf).filter((key) => isDerivedCash(record.settings, key));
    const own = new Map<number, Transaction[]>();
    const links: Pick<Link, 'securityNo' | 'targetNo' | 'mixed'>[] = [];
    for (const { securityNo, targetNo, fields } of facts.transactionsOf(record.portfolioNo)) {
      const transaction = transactionFrom(fields, record.settings.time_zone);
      const list = own.get(securityNo);
      if (list) list.push(transaction);
      else own.set(securityNo, [transaction]);
      if (targetNo === undefined) continue;
      const mixed = detailsOf(securityNo).isCash !== detailsOf(targetNo).isCash;
      links.push({ securityNo, targetNo, mixed });
    }
    const legs = new Map<string, Transaction[]>();
    const sums = createSums(horizon);

    const numbers = (keysOf.get(record.portfolioNo) ?? []).sort((a, b) => a - b);
    const groups = linkedGroups(numbers, tiesOf(record.settings.cash, links));
    const isCash = (group: readonly number[]) => cashOf(group).length > 0;
    // Derived cash comes last: which trades it pays for is known only once they have been applied.
    for (const group of [...groups.filter((each) => !isCash(each)), ...groups.filter(isCash)]) {
      const keys = new Map(
        group.map((securityNo) => [detailsOf(securityNo).securityId, detailsOf(securityNo)]),
      );
      const transactions = group.flatMap((securityNo) => own.get(securityNo) ?? []);
      for (const { currency } of cashOf(group))
        for (const leg of legs.get(currency) ?? []) transactions.push(leg);
      transactions.sort(compareTransactions);
      const result = foldTransactions(settings, keys, new Map(), transactions, market);
      if (derived) collectLegs(legs, transactions, keys, new Set(result.pending.map((p) => p.transactionId)));
      for (const securityNo of group)
        yield valued(securityNo, transactions, result.effects, result.pending, market, sums);
    }
    return sums.finish();
  }

  function valued(
    securityNo: number,
    transactions: readonly Transaction[],
    allEffects: readonly Effect[],
    allPending: readonly Pending[],
    market: Market,
    sums: Sums,
  ): ReplayedKey {
    const details = detailsOf(securityNo);
    const effects = allEffects.filter((effect) => effect.securityId === details.securityId);
    const first = effects[0]?.day;
    const rows =
      first === undefined || horizon === null || first > horizon
        ? []
        : valueDays({
            from: first,
            to: horizon,
            opening: undefined,
            key: details,
            state: initialState(),
            effects,
            market,
          });
    sums.add(first, rows);
    const pending = allPending.filter((p) => p.securityId === details.securityId);
    const discrepancies = costDiscrepancies(initialState(), effects, transactions, details.currency);
    return { securityNo, details, effects, rows, pending, discrepancies };
  }

  return { facts, portfolio };
}

function collectLegs(
  legs: Map<string, Transaction[]>,
  transactions: readonly Transaction[],
  keys: ReadonlyMap<string, KeyDetails>,
  pending: ReadonlySet<string>,
): void {
  for (const transaction of transactions) {
    const key = keys.get(transaction.securityId);
    if (!key || pending.has(transaction.id)) continue;
    const leg = cashLeg(transaction, key);
    if (!leg) continue;
    const list = legs.get(key.currency);
    if (list) list.push(leg);
    else legs.set(key.currency, [leg]);
  }
}

interface Sums {
  add(firstDay: Day | undefined, rows: readonly DayRow[]): void;
  finish(): ReplayedPortfolio;
}

/** Adds keys' rows up by day; a day with a row that cannot be added up is not complete. */
function createSums(horizon: Day | null): Sums {
  const days = new Map<Day, PortfolioDay | null>();
  let firstDay: Day | null = null;
  return {
    add(first, rows) {
      if (first !== undefined && (firstDay === null || first < firstDay)) firstDay = first;
      for (const row of rows) {
        const before = days.get(row.day);
        if (before === null) continue;
        const part = contribution(row);
        days.set(row.day, part === null ? null : before === undefined ? part : addDays(before, part));
      }
    },
    finish() {
      const complete = new Map<Day, PortfolioDay>();
      if (firstDay !== null && horizon !== null)
        for (let day = firstDay; day <= horizon; day++) {
          const sum = days.get(day);
          if (sum !== null) complete.set(day, sum ?? EMPTY_DAY);
        }
      return { firstDay, days: complete };
    },
  };
}
