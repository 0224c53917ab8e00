/** The command bodies the demo is made of, in the shapes of the outside interfaces. */
import type {
  CashMode,
  CostBasisMethod,
  LotSelection,
  SecurityType,
  TransactionType,
} from '../../domain/events.ts';

export interface PortfolioBody {
  readonly portfolio_id: string;
  readonly base_currency: string;
  readonly name: string;
  readonly open_date: string;
  readonly cost_basis_method: CostBasisMethod;
  readonly cash: CashMode;
  readonly allow_short: boolean;
  readonly time_zone: string;
}

export interface SecurityBody {
  readonly security_id: string;
  readonly currency: string;
  readonly name: string;
  readonly type: SecurityType;
  readonly isin?: string;
  readonly symbol?: string;
  readonly asset_class: string;
  readonly sector?: string;
  readonly country?: string;
}

export interface SplitBody {
  readonly security_id: string;
  readonly date: string;
  readonly ratio: string;
  readonly prices_adjusted: boolean;
}

export interface TransactionBody {
  readonly transaction_id: string;
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly transaction_date: string;
  readonly transaction_type: TransactionType;
  readonly quantity: string;
  readonly price: string;
  readonly gross_transaction_amount: string;
  readonly trade_fee: string;
  readonly currency: string;
  readonly taxes?: string;
  readonly accrued_interest?: string;
  readonly settlement_date?: string;
  readonly fx_rate?: string;
  readonly ratio?: string;
  readonly target_security_id?: string;
  readonly cost_fraction?: string;
  readonly lots?: readonly LotSelection[];
  readonly note?: string;
}

export interface PriceBody {
  readonly security_id: string;
  readonly date: string;
  readonly price: string;
  readonly currency: string;
}

export interface FxRateBody {
  readonly from_currency: string;
  readonly to_currency: string;
  readonly date: string;
  readonly rate: string;
}

export interface BusinessDateBody {
  readonly date: string;
}

/** One list for each kind of command, each in order of business time. */
export interface DemoData {
  readonly portfolios: readonly PortfolioBody[];
  readonly securities: readonly SecurityBody[];
  readonly splits: readonly SplitBody[];
  readonly transactions: readonly TransactionBody[];
  readonly prices: readonly PriceBody[];
  readonly fx_rates: readonly FxRateBody[];
  readonly business_dates: readonly BusinessDateBody[];
}
