/**
 * The register: events in, resolved facts and marks of what has to be folded again out. Pure.
 *
 * It never folds. Keeping the two apart lets a burst of events, or an import of a million, be folded
 * once at its end, and makes the work still to do a table that anybody can look at.
 */
import { rankOf, transactionFrom } from '../../domain/books/transactions.ts';
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, sign } from '../../domain/decimal.ts';
import { cashCurrency, cashSecurityId } from '../../domain/events.ts';
import type {
  DatedValue,
  PortfolioSettings,
  SecurityDetails,
  TransactionFields,
} from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import { FROM_INCEPTION } from './model.ts';
import type {
  Cause,
  Known,
  Mark,
  PortfolioRecord,
  RegisterChanges,
  Rejected,
  SecurityRecord,
  TransactionRecord,
} from './model.ts';

type Of<T extends StoredEvent['type']> = Extract<StoredEvent, { type: T }>;

/** Settings that change what the fold computes, as against those that are only shown. */
const FOLDED_SETTINGS = [
  'cost_basis_method',
  'cash',
  'allow_short',
  'inflow_timing',
  'outflow_timing',
] as const satisfies readonly (keyof PortfolioSettings)[];

export interface Register {
  apply(event: StoredEvent): void;
  /** The changes since the last call. */
  drain(): RegisterChanges;
}

interface DatedNumber {
  readonly date: string;
  readonly day: Day;
  readonly number: string;
}

/** @throws RangeError: a number the fold cannot take must not reach it, where it would stop all keys. */
function positive(text: string): string {
  if (sign(decimal(text)) <= 0) throw new RangeError(`${text} is not greater than zero`);
  return text;
}

/** All of them, or none when one is not what it should be. */
function datedNumbers(values: readonly DatedValue[]): DatedNumber[] {
  return values.map(([date, number]) => ({ date, day: day(date), number: positive(number) }));
}

function spanOf(values: readonly DatedNumber[]): { fromDay: Day; toDay: Day } {
  let [fromDay, toDay] = [Infinity, -Infinity];
  for (const { day } of values) {
    if (day < fromDay) fromDay = day;
    if (day > toDay) toDay = day;
  }
  return { fromDay, toDay };
}

/** A register that goes on from what is known; `known` is kept up to date as events are applied. */
export function createRegister(known: Known): Register {
  let portfolios = new Set<PortfolioRecord>();
  let securities = new Set<SecurityRecord>();
  let transactions = new Set<TransactionRecord>();
  let keys = new Map<string, readonly [number, number]>();
  let splits = new Map<string, RegisterChanges['splits'][number]>();
  let prices = new Map<string, RegisterChanges['prices'][number]>();
  let fxRates = new Map<string, RegisterChanges['fxRates'][number]>();
  let businessDays = new Set<number>();
  let marks: Mark[] = [];
  let rejected: Rejected[] = [];

  function addKey(portfolioNo: number, securityNo: number): void {
    keys.set(`${portfolioNo}/${securityNo}`, [portfolioNo, securityNo]);
  }

  function addSecurity(details: SecurityDetails): SecurityRecord {
    const record = { securityNo: ++known.lastSecurityNo, details };
    known.securities.set(details.security_id, record);
    securities.add(record);
    return record;
  }

  function securityFor(securityId: string, currency: string): SecurityRecord {
    return (
      known.securities.get(securityId) ??
      addSecurity({
        security_id: securityId,
        currency,
        type: securityId === cashSecurityId(currency) ? 'cash' : 'other',
      })
    );
  }

  function markTransaction(record: TransactionRecord, fromDay: number, cause: Cause, position: number): void {
    const { portfolioNo } = record;
    for (const securityNo of [record.securityNo, record.targetNo])
      if (securityNo !== undefined)
        marks.push({ scope: 'key', portfolioNo, securityNo, fromDay, cause, position });
  }

  /** Puts the fields' derived columns in place and makes sure that every key they touch exists. */
  function resolve(
    fields: TransactionFields,
    portfolio: PortfolioRecord,
  ): Pick<TransactionRecord, 'fields' | 'at' | 'rank' | 'day' | 'targetNo'> & { securityNo: number } {
    const { portfolioNo, settings } = portfolio;
    const security = securityFor(fields.security_id, fields.currency);
    addKey(portfolioNo, security.securityNo);
    let targetNo: number | undefined;
    if (fields.target_security_id !== undefined) {
      const { target_security_id: target, currency } = fields;
      targetNo = securityFor(target, cashCurrency(target) ?? currency).securityNo;
      addKey(portfolioNo, targetNo);
    }
    if (settings.cash === 'derived' && security.details.type !== 'cash')
      addKey(portfolioNo, securityFor(cashSecurityId(fields.currency), fields.currency).securityNo);
    const transaction = transactionFrom(fields, settings.time_zone);
    return {
      fields,
      securityNo: security.securityNo,
      targetNo,
      at: transaction.at,
      day: transaction.day,
      rank: rankOf(transaction.type),
    };
  }

  function recorded({ data, position }: Of<'TransactionRecorded'>): void {
    const portfolio = known.portfolios.get(data.portfolio_id);
    if (!portfolio) {
      rejected.push({ position, reason: `portfolio ${data.portfolio_id} was never opened` });
      return;
    }
    const record = {
      portfolioNo: portfolio.portfolioNo,
      position,
      cancelled: false,
      ...resolve(data, portfolio),
    };
    known.transactions.set(data.transaction_id, record);
    transactions.add(record);
    markTransaction(record, record.day, 'transaction', position);
  }

  function corrected({ data, position }: Of<'TransactionCorrected'>): void {
    const portfolio = known.portfolios.get(data.portfolio_id);
    const record = known.transactions.get(data.transaction_id);
    if (!portfolio || !record) {
      rejected.push({ position, reason: `transaction ${data.transaction_id} was never recorded` });
      return;
    }
    const before = record.day;
    // The key the transaction used to touch is marked as well: a corrected target leaves the old one.
    markTransaction(record, before, 'correction', position);
    const { securityNo: _, ...resolved } = resolve({ ...record.fields, ...data.changes }, portfolio);
    Object.assign(record, resolved);
    transactions.add(record);
    markTransaction(record, Math.min(before, record.day), 'correction', position);
  }

  function cancelled({ data, position }: Of<'TransactionCancelled'>): void {
    const record = known.transactions.get(data.transaction_id);
    if (!record) {
      rejected.push({ position, reason: `transaction ${data.transaction_id} was never recorded` });
      return;
    }
    record.cancelled = true;
    transactions.add(record);
    markTransaction(record, record.day, 'cancellation', position);
  }

  function settingsChanged({ data, position }: Of<'PortfolioSettingsChanged'>): void {
    const record = known.portfolios.get(data.portfolio_id);
    if (!record) {
      rejected.push({ position, reason: `portfolio ${data.portfolio_id} was never opened` });
      return;
    }
    record.settings = { ...record.settings, ...data.changes };
    portfolios.add(record);
    if (FOLDED_SETTINGS.some((name) => data.changes[name] !== undefined))
      marks.push({
        scope: 'portfolio_keys',
        portfolioNo: record.portfolioNo,
        fromDay: FROM_INCEPTION,
        cause: 'settings',
        position,
      });
  }

  function register(event: StoredEvent): void {
    const { position } = event;
    switch (event.type) {
      case 'PortfolioOpened': {
        if (known.portfolios.has(event.data.portfolio_id)) return;
        const record = { portfolioNo: ++known.lastPortfolioNo, settings: event.data };
        known.portfolios.set(event.data.portfolio_id, record);
        portfolios.add(record);
        return;
      }
      case 'PortfolioSettingsChanged':
        return settingsChanged(event);
      case 'PortfolioClosed': {
        const record = known.portfolios.get(event.data.portfolio_id);
        if (!record) return;
        record.closedDate = event.data.date;
        portfolios.add(record);
        return;
      }
      case 'SecurityRegistered': {
        const record = known.securities.get(event.data.security_id);
        if (!record) addSecurity(event.data);
        else {
          // A transaction met it first; its currency is settled, the rest is news.
          record.details = { ...event.data, currency: record.details.currency };
          securities.add(record);
        }
        return;
      }
      case 'SecurityDetailsChanged': {
        const record = known.securities.get(event.data.security_id);
        if (!record) return;
        record.details = { ...record.details, ...event.data.changes };
        securities.add(record);
        return;
      }
      case 'SplitAnnounced': {
        const { securityNo } = securityFor(event.data.security_id, 'XXX');
        const { date, prices_adjusted: pricesAdjusted } = event.data;
        const ratio = positive(event.data.ratio);
        splits.set(`${securityNo}/${date}`, { securityNo, date, ratio, pricesAdjusted });
        marks.push({ scope: 'security', securityNo, fromDay: FROM_INCEPTION, cause: 'split', position });
        return;
      }
      case 'TransactionRecorded':
        return recorded(event);
      case 'TransactionCorrected':
        return corrected(event);
      case 'TransactionCancelled':
        return cancelled(event);
      case 'PricesRecorded': {
        const values = datedNumbers(event.data.prices);
        const { securityNo } = securityFor(event.data.security_id, event.data.currency);
        for (const { date, day, number: price } of values)
          prices.set(`${securityNo}/${date}`, { securityNo, day, price });
        marks.push({ scope: 'security', securityNo, ...spanOf(values), cause: 'price', position });
        return;
      }
      case 'FxRatesRecorded': {
        const { from_currency: from, to_currency: to, rates } = event.data;
        const values = datedNumbers(rates);
        for (const { date, day, number: rate } of values)
          fxRates.set(`${from}/${to}/${date}`, { from, to, day, rate });
        marks.push({ scope: 'fx', from, to, ...spanOf(values), cause: 'fx_rate', position });
        return;
      }
      case 'BusinessDateAdvanced': {
        const date = day(event.data.date);
        businessDays.add(date);
        marks.push({ scope: 'all_portfolios', fromDay: date, cause: 'business_date', position });
        return;
      }
      // What the books do not depend on is read from the log where it is asked for.
      case 'GroupDefined':
      case 'GroupRemoved':
      case 'BenchmarkDefined':
      case 'BenchmarkRemoved':
      case 'SeriesDefined':
      case 'SeriesRecorded':
      case 'AccessKeyIssued':
      case 'AccessKeyRevoked':
      case 'OperationOrdered':
      case 'AccessRefused':
        return;
      default:
        return event satisfies never;
    }
  }

  function apply(event: StoredEvent): void {
    try {
      register(event);
    } catch (error) {
      // A poisonous event must not hold up the others; it stays in the log and is named for an operator.
      rejected.push({
        position: event.position,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  function drain(): RegisterChanges {
    const changes: RegisterChanges = {
      portfolios: [...portfolios],
      securities: [...securities],
      transactions: [...transactions],
      keys: [...keys.values()],
      splits: [...splits.values()],
      prices: [...prices.values()],
      fxRates: [...fxRates.values()],
      businessDays: [...businessDays],
      marks,
      rejected,
    };
    portfolios = new Set();
    securities = new Set();
    transactions = new Set();
    keys = new Map();
    splits = new Map();
    prices = new Map();
    fxRates = new Map();
    businessDays = new Set();
    marks = [];
    rejected = [];
    return changes;
  }

  return { apply, drain };
}
