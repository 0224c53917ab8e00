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
  FoldResult,
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
import { push } from '../fold/model.ts';
import { linkedGroups } from '../fold/plan.ts';
import type { Link } from '../fold/store.ts';
import { isDerivedCash, tiesOf } from '../fold/task.ts';
import type { PortfolioRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';
import { ledgerOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

export interface ReplayedKey {
  readonly securityNo: number;
  readonly details: KeyDetails;
  readonly effects: readonly Effect[];
  readonly rows: readonly DayRow[];
  readonly pending: readonly Pending[];
  readonly discrepancies: readonly CostDiscrepancy[];
  /** Why it could not be folded; it has no rows then, and its portfolio no complete day from its first one on. */
  readonly failure?: Error;
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

/** Replays portfolios out of facts in memory. */
export function createReplayer(facts: Facts): Replayer {
  const ledger = ledgerOf(facts);
  return { facts, portfolio: (record) => replayPortfolio(ledger, record) };
}

/** Yields the keys one by one, so that no more than one is in memory, and returns the portfolio's days. */
export function* replayPortfolio(
  ledger: Ledger,
  { portfolioNo, settings: portfolio }: Pick<PortfolioRecord, 'portfolioNo' | 'settings'>,
): Generator<ReplayedKey, ReplayedPortfolio> {
  const settings = bookSettings(portfolio);
  const market = ledger.marketOf(settings);
  const { own, links, unreadable } = booked(ledger, portfolioNo, portfolio.time_zone);
  const legs = new Map<string, Transaction[]>();
  const sums = createSums(ledger.horizon);
  const cashOf = (group: readonly number[]) =>
    group.map(ledger.detailsOf).filter((key) => isDerivedCash(portfolio, key));
  const isCash = (group: readonly number[]) => cashOf(group).length > 0;

  const groups = linkedGroups(ledger.keysOf(portfolioNo), tiesOf(portfolio.cash, links));
  // Derived cash comes last: which trades it pays for is known only once they have been applied.
  for (const group of [...groups.filter((each) => !isCash(each)), ...groups.filter(isCash)]) {
    const details = group.map(ledger.detailsOf);
    const keys = new Map(details.map((key) => [key.securityId, key]));
    const transactions = group.flatMap((securityNo) => own.get(securityNo) ?? []);
    for (const { currency } of cashOf(group))
      for (const leg of legs.get(currency) ?? []) transactions.push(leg);
    transactions.sort(compareTransactions);
    let replayed: ReplayedKey[];
    try {
      const unread = group.find((securityNo) => unreadable.has(securityNo));
      if (unread !== undefined) throw unreadable.get(unread);
      const result = foldTransactions(settings, keys, new Map(), transactions, market);
      if (portfolio.cash === 'derived')
        collectLegs(legs, transactions, keys, new Set(result.pending.map((p) => p.transactionId)));
      // All of them before any is given away: of keys tied to each other either all are folded or none.
      replayed = group.map((securityNo, i) =>
        valued(securityNo, details[i]!, transactions, result, market, ledger.horizon),
      );
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      sums.block(transactions[0]?.day);
      replayed = group.map((securityNo, i) => ({ ...UNFOLDED, securityNo, details: details[i]!, failure }));
    }
    for (const key of replayed) {
      sums.add(key.effects[0]?.day, key.rows);
      yield key;
    }
  }
  return sums.finish();
}

const UNFOLDED = { effects: [], rows: [], pending: [], discrepancies: [] };

/** The portfolio's transactions by key, why those of a key cannot be read, and what ties keys together. */
function booked(ledger: Ledger, portfolioNo: number, timeZone: string) {
  const own = new Map<number, Transaction[]>();
  const unreadable = new Map<number, unknown>();
  const links: Pick<Link, 'securityNo' | 'targetNo' | 'mixed'>[] = [];
  for (const { securityNo, targetNo, fields } of ledger.transactionsOf(portfolioNo)) {
    try {
      push(own, securityNo, transactionFrom(fields, timeZone));
    } catch (error) {
      unreadable.set(securityNo, error);
    }
    if (targetNo === undefined) continue;
    const mixed = ledger.detailsOf(securityNo).isCash !== ledger.detailsOf(targetNo).isCash;
    links.push({ securityNo, targetNo, mixed });
  }
  return { own, links, unreadable };
}

function valued(
  securityNo: number,
  details: KeyDetails,
  transactions: readonly Transaction[],
  result: FoldResult,
  market: Market,
  horizon: Day | null,
): ReplayedKey {
  const effects = result.effects.filter((effect) => effect.securityId === details.securityId);
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
  const pending = result.pending.filter((p) => p.securityId === details.securityId);
  const discrepancies = costDiscrepancies(initialState(), effects, transactions, details.currency);
  return { securityNo, details, effects, rows, pending, discrepancies };
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
  /** No day from here on is complete. */
  block(from: Day | undefined): void;
  finish(): ReplayedPortfolio;
}

/** Adds keys' rows up by day; a day with a row that cannot be added up is not complete. */
function createSums(horizon: Day | null): Sums {
  const days = new Map<Day, PortfolioDay | null>();
  let firstDay: Day | null = null;
  let blockedFrom = Infinity;
  return {
    block(from) {
      if (from !== undefined) blockedFrom = Math.min(blockedFrom, from);
    },
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
        for (let day = firstDay; day <= horizon && day < blockedFrom; day++) {
          const sum = days.get(day);
          if (sum !== null) complete.set(day, sum ?? EMPTY_DAY);
        }
      return { firstDay, days: complete };
    },
  };
}
