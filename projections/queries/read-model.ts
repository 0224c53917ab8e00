/**
 * The port through which the read side loads its rows. It is small on purpose: the tables implement it,
 * and so do rows in memory, replayed from the log to any position.
 */
import type { Instant } from '../../domain/dates.ts';
import type { Book } from './book.ts';
import type { PositionReads } from './position-reads.ts';
import type { SecurityReads } from './security-reads.ts';
import type { GroupDayRow, Member, MemberSnapshotRow, MovementRow, ShownEpoch } from './group-rows.ts';
import type {
  BlockedDayRow,
  CashflowRow,
  EpochRow,
  FxRateRow,
  HistoryRow,
  PendingRow,
  PortfolioDayRow,
  PortfolioRow,
  PositionDayRow,
  PositionFigureRow,
  QuarantineRow,
  RealizedGainRow,
  SnapshotRow,
  TransactionRow,
} from './rows.ts';

/** Which state of the books a model shows. */
export interface Version {
  /** The log position whose effects, and all before it, are in the rows. */
  readonly position: number;
  /** Changes whenever rows may differ although the position does not: a new generation, a retry. */
  readonly tag: string;
}

/**
 * What a reader is told of a version. Whoever may not know of all portfolios is not told the position, which
 * counts what happens in any of them.
 */
export interface ShownVersion {
  readonly position: number | null;
  readonly tag: string;
}

/** ISO dates, both included; an absent end is open. */
export interface DateRange {
  readonly from?: string;
  readonly to?: string;
}

export interface Page<Key> {
  readonly limit: number;
  /** The key of the last row already seen. */
  readonly after?: Key;
}

export interface HistoryKey {
  readonly at: Instant;
  readonly rank: number;
  readonly transactionId: string;
}

export interface TransactionKey {
  readonly at: Instant;
  readonly transactionId: string;
}

export interface CashflowKey {
  readonly date: string;
  readonly securityId: string;
}

export interface EpochFilter {
  /** Of one position; `null` asks for the portfolio's own. */
  readonly securityId?: string | null;
  /** Those flipped together with the portfolio's own after an epoch and through another. */
  readonly flippedWith?: { readonly after: number; readonly through: number };
}

/** One consistent state of the books. Rows come in ascending order of their key. */
export interface ReadModel extends PositionReads, SecurityReads {
  version(): Promise<Version>;
  /** By id. */
  portfolios(page: Page<string>): Promise<PortfolioRow[]>;
  /** With the version of this portfolio's rows, which may lag behind the others'. */
  portfolio(portfolioId: string): Promise<Member | undefined>;
  /** Those of the portfolios that there are, by id. */
  members(portfolioIds: readonly string[]): Promise<Member[]>;
  /** The first day of which any of the portfolios' own rows were restated after the epochs; `null` without any. */
  restatedFrom(since: readonly ShownEpoch[]): Promise<string | null>;
  /** Complete days summed over portfolios, by (date, base currency). */
  groupDays(portfolioIds: readonly string[], range: DateRange): Promise<GroupDayRow[]>;
  /**
   * What crossed the boundaries of portfolios, by (date, portfolio, transaction id): at least all of a
   * security, or of the cash of a currency, on days on which it left one of them and came into another.
   */
  movements(portfolioIds: readonly string[], range: DateRange): Promise<MovementRow[]>;
  /** Every position of the portfolios with a row on the day, closed ones included, by (security, portfolio). */
  memberSnapshots(portfolioIds: readonly string[], date: string): Promise<MemberSnapshotRow[]>;
  /** Differs whenever rates with one of the currencies on either side do; empty where the position tells. */
  fxDigest(currencies: readonly string[]): Promise<string>;
  /** The currency of a security, when it is known. */
  securityCurrency(securityId: string): Promise<string | undefined>;
  /** Every security that the portfolio has or had transactions on, or cash that they moved. */
  securitiesOf(portfolioId: string): Promise<string[]>;
  /** Of each portfolio the first days after its watermark that cannot be completed, by date and security. */
  blockedDays(portfolioIds: readonly string[], limit: number): Promise<BlockedDayRow[]>;
  pendingTransactions(portfolioId: string): Promise<PendingRow[]>;
  quarantined(portfolioId: string): Promise<QuarantineRow[]>;
  /** Every position with a row on the day, closed ones included, by security. */
  snapshots(portfolioId: string, date: string): Promise<SnapshotRow[]>;
  /** A position after each of its transactions, by (instant, type rank, transaction id). */
  history(portfolioId: string, securityId: string, page: Page<HistoryKey>): Promise<HistoryRow[]>;
  positionDays(
    portfolioId: string,
    securityId: string,
    range: DateRange,
    page: Page<string>,
  ): Promise<PositionDayRow[]>;
  /** The rows readers see now or, with an epoch of the portfolio, those it showed. */
  portfolioDays(
    portfolioId: string,
    range: DateRange & { readonly epoch?: number },
  ): Promise<PortfolioDayRow[]>;
  cashflows(portfolioId: string, range: DateRange, page: Page<CashflowKey>): Promise<CashflowRow[]>;
  /** By instant; cancelled and pending ones included. */
  transactions(
    portfolioId: string,
    filter: DateRange & { readonly securityId?: string },
    page: Page<TransactionKey>,
  ): Promise<TransactionRow[]>;
  /** The audit of restatements. */
  epochs(portfolioId: string, filter: EpochFilter, page: Page<number>): Promise<EpochRow[]>;
  /** The lowest epoch of the portfolio whose rows are all kept; what earlier ones showed was pruned. */
  keptFrom(portfolioId: string): Promise<number>;
  /** By day, where anything was realised: now or, with an epoch of the portfolio, as it showed them. */
  realizedGains(portfolioId: string, epoch?: number): Promise<RealizedGainRow[]>;
  /** What is compared of positions' days, by security and date. */
  positionFigures(
    portfolioId: string,
    securityIds: readonly string[],
    range: DateRange,
  ): Promise<PositionFigureRow[]>;
  /**
   * Runs `work` on the generation that readers saw before the last flip, on the same snapshot; `undefined`
   * when it is no longer kept. This model must not be used until it resolves.
   */
  retained<T>(work: (model: ReadModel) => Promise<T>): Promise<T | undefined>;
  /** What folding a position takes; `undefined` for a security that the portfolio never held. */
  book(portfolio: PortfolioRow, securityId: string): Promise<Book | undefined>;
  /** Rates with one of the currencies on either side, up to a day. */
  fxRates(currencies: readonly string[], to?: string): Promise<FxRateRow[]>;
}

/** Where read models come from. */
export interface ReadModels {
  /** Runs `work` on one snapshot of the readers' tables, which is gone once it resolves. */
  current<T>(work: (model: ReadModel) => Promise<T>): Promise<T>;
  /**
   * The books as they were known at a log position, for one portfolio, for some or for all. Absent where
   * the log cannot be replayed.
   */
  readonly at?: (position: number, portfolios?: string | readonly string[]) => Promise<ReadModel>;
}
