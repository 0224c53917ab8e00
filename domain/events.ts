/**
 * The facts of the log in their newest shape. Old shapes are brought here by `upcast.ts`.
 *
 * Field names are those of the outside interfaces (snake_case), numbers of the books are decimal
 * strings and days are ISO dates: the log is read by others too.
 */

export type CostBasisMethod = 'fifo' | 'average' | 'lifo' | 'hifo' | 'specific';
/** Who moves the cash: the books by themselves, or the upstream with transactions of its own. */
export type CashMode = 'derived' | 'explicit';
export type FlowTiming = 'bod' | 'eod';
export type SecurityType = 'equity' | 'fund' | 'bond' | 'cash' | 'crypto' | 'other';

export const TRANSACTION_TYPES = [
  'BUY',
  'SELL',
  'DIVIDEND',
  'INTEREST',
  'DEPOSIT',
  'WITHDRAWAL',
  'FEE',
  'TAX',
  'TRANSFER_IN',
  'TRANSFER_OUT',
  'SPLIT',
  'RETURN_OF_CAPITAL',
  'SPIN_OFF',
  'MERGER',
  'EXCHANGE',
] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

export interface PortfolioSettings {
  readonly portfolio_id: string;
  readonly base_currency: string;
  readonly name?: string;
  readonly open_date?: string;
  readonly cost_basis_method: CostBasisMethod;
  readonly cash: CashMode;
  readonly allow_short: boolean;
  /** IANA name; the days of the portfolio's books begin at midnight there. */
  readonly time_zone: string;
  readonly inflow_timing: FlowTiming;
  readonly outflow_timing: FlowTiming;
}

export interface SecurityDetails {
  readonly security_id: string;
  readonly currency: string;
  readonly type: SecurityType;
  readonly name?: string;
  readonly isin?: string;
  readonly symbol?: string;
  readonly asset_class?: string;
  readonly sector?: string;
  readonly country?: string;
}

/** Portfolios that are looked at as one. A definition replaces the former one of its id. */
export interface GroupDetails {
  readonly group_id: string;
  readonly name?: string;
  /** What its figures are in unless another currency is asked for. */
  readonly currency: string;
  readonly portfolio_ids: readonly string[];
}

/** When the weights of a blend are restored: at the close before each such period begins. */
export type Rebalancing = 'daily' | 'monthly' | 'quarterly' | 'yearly' | 'never';

/** A part of a blend: a security by its closes, or an uploaded series. */
export interface BenchmarkComponent {
  /** Fraction of the whole; those of a benchmark add up to 1. */
  readonly weight: string;
  readonly security_id?: string;
  readonly series_id?: string;
}

/** What returns are compared with. A definition replaces the former one of its id. */
export interface BenchmarkDetails {
  readonly benchmark_id: string;
  readonly name?: string;
  /** What its returns are in unless another currency is asked for. */
  readonly currency: string;
  readonly rebalancing: Rebalancing;
  readonly components: readonly BenchmarkComponent[];
}

/**
 * Uploaded numbers by day that are neither closes nor exchange rates: the levels of an index (`level`, in a
 * currency) or yearly rates as fractions (`rate`), each valid from its day until the next.
 */
export interface SeriesDetails {
  readonly series_id: string;
  readonly name?: string;
  readonly kind: 'level' | 'rate';
  /** Of levels; rates have none. */
  readonly currency?: string;
}

export const SCOPES = ['read', 'write', 'operate', 'admin'] as const;
/** What somebody may do: read figures, record facts, run operations, hand out keys. None implies another. */
export type Scope = (typeof SCOPES)[number];

/** A lot named by the transaction that opened it, for specific-lot disposals. */
export interface LotSelection {
  readonly lot_id: string;
  readonly quantity: string;
}

export interface TransactionFields {
  readonly transaction_id: string;
  readonly portfolio_id: string;
  readonly security_id: string;
  /** Instant, UTC with microseconds. */
  readonly transaction_date: string;
  readonly transaction_type: TransactionType;
  readonly quantity: string;
  readonly price: string;
  readonly gross_transaction_amount: string;
  readonly trade_fee: string;
  readonly taxes: string;
  readonly accrued_interest: string;
  /** The security's currency; every amount of the transaction is in it. */
  readonly currency: string;
  /** Upstream's own figure, kept for comparison and never adopted. */
  readonly net_cost?: string;
  readonly settlement_date?: string;
  /** Rate agreed for this trade: one unit of `currency` in the portfolio's base currency. */
  readonly fx_rate?: string;
  /** SPLIT: new units for one old. SPIN_OFF, MERGER, EXCHANGE: units of the target for one held. */
  readonly ratio?: string;
  /** SPIN_OFF, MERGER, EXCHANGE: the security received. */
  readonly target_security_id?: string;
  /** SPIN_OFF: the part of the cost basis that moves to the target, 0 to 1. */
  readonly cost_fraction?: string;
  readonly lots?: readonly LotSelection[];
  readonly note?: string;
}

/** What a correction may change: everything but the transaction's identity and its key. */
export type TransactionChanges = Partial<
  Omit<TransactionFields, 'transaction_id' | 'portfolio_id' | 'security_id'>
>;

/** A dated number: ISO date and decimal. */
export type DatedValue = readonly [date: string, value: string];

export interface EventData {
  PortfolioOpened: PortfolioSettings;
  PortfolioSettingsChanged: {
    portfolio_id: string;
    changes: Partial<Omit<PortfolioSettings, 'portfolio_id'>>;
  };
  PortfolioClosed: { portfolio_id: string; date: string };
  SecurityRegistered: SecurityDetails;
  SecurityDetailsChanged: { security_id: string; changes: Partial<Omit<SecurityDetails, 'security_id'>> };
  /**
   * A split of the security. `prices_adjusted` says that the closes given for days before it are
   * already divided by the ratio (as most data vendors deliver them); holdings are moved only by
   * SPLIT transactions.
   */
  SplitAnnounced: { security_id: string; date: string; ratio: string; prices_adjusted: boolean };
  TransactionRecorded: TransactionFields;
  TransactionCorrected: {
    transaction_id: string;
    portfolio_id: string;
    security_id: string;
    changes: TransactionChanges;
    reason: string;
  };
  TransactionCancelled: {
    transaction_id: string;
    portfolio_id: string;
    security_id: string;
    reason: string;
  };
  /** One event holds many dates, so that ten years of closes are a few events. */
  PricesRecorded: { security_id: string; currency: string; prices: readonly DatedValue[] };
  FxRatesRecorded: { from_currency: string; to_currency: string; rates: readonly DatedValue[] };
  BusinessDateAdvanced: { date: string };
  GroupDefined: GroupDetails;
  GroupRemoved: { group_id: string };
  BenchmarkDefined: BenchmarkDetails;
  BenchmarkRemoved: { benchmark_id: string };
  SeriesDefined: SeriesDetails;
  SeriesRecorded: { series_id: string; values: readonly DatedValue[] };
  /** The key itself is nowhere; what it is checked by is not in the log either. */
  AccessKeyIssued: {
    key_id: string;
    name: string;
    scopes: readonly Scope[];
    /** Absent: all. */
    portfolio_ids?: readonly string[];
    expires_at?: string;
  };
  AccessKeyRevoked: { key_id: string; reason?: string };
  /** An operator's order over HTTP, such as a rebuild or a rollback. */
  OperationOrdered: { operation: string; detail?: string };
  /** Requests that were refused, so many of one kind within a minute told by one event. */
  AccessRefused: {
    /** The key or subject that was refused, where it is known to be one of ours. */
    principal?: string;
    reason: 'unauthenticated' | 'forbidden' | 'rate_limited';
    count: number;
    from: string;
    through: string;
  };
}

export type EventType = keyof EventData;

/** A fact before the log has given it a place. */
export type DomainEvent = {
  readonly [T in EventType]: { readonly type: T; readonly data: EventData[T] };
}[EventType];

/** The newest schema version of each type; a stored event below it is upcast when read. */
export const SCHEMA_VERSION: Readonly<Record<EventType, number>> = {
  PortfolioOpened: 1,
  PortfolioSettingsChanged: 1,
  PortfolioClosed: 1,
  SecurityRegistered: 1,
  SecurityDetailsChanged: 1,
  SplitAnnounced: 1,
  TransactionRecorded: 1,
  TransactionCorrected: 1,
  TransactionCancelled: 1,
  PricesRecorded: 1,
  FxRatesRecorded: 1,
  BusinessDateAdvanced: 1,
  GroupDefined: 1,
  GroupRemoved: 1,
  BenchmarkDefined: 1,
  BenchmarkRemoved: 1,
  SeriesDefined: 1,
  SeriesRecorded: 1,
  AccessKeyIssued: 1,
  AccessKeyRevoked: 1,
  OperationOrdered: 1,
  AccessRefused: 1,
};

/** The one place that names streams. */
export const streams = {
  portfolio: (portfolioId: string) => `portfolio-${portfolioId}`,
  transactions: (portfolioId: string, securityId: string) => `transactions-${portfolioId}-${securityId}`,
  security: (securityId: string) => `security-${securityId}`,
  prices: (securityId: string) => `prices-${securityId}`,
  fx: (from: string, to: string) => `fx-${from}-${to}`,
  calendar: 'calendar',
  group: (groupId: string) => `group-${groupId}`,
  benchmark: (benchmarkId: string) => `benchmark-${benchmarkId}`,
  series: (seriesId: string) => `series-${seriesId}`,
  accessKey: (keyId: string) => `access-key-${keyId}`,
  /** Who was refused what, and what operators ordered. */
  audit: 'audit',
} as const;

/** The security that holds a currency's cash when the books derive it. */
export function cashSecurityId(currency: string): string {
  return `CASH_${currency}`;
}

/** `CASH_EUR` says by itself what it is kept in; other identifiers say nothing. */
export function cashCurrency(securityId: string): string | undefined {
  return /^CASH_([A-Z][A-Z0-9]{2,9})$/.exec(securityId)?.[1];
}
