/**
 * What the portfolio was worth and returned, reckoned a second time in the plainest way: floats, one cash
 * balance per currency, and Apple counted in the units of the vendor's closes from the first day on. It
 * shares nothing with the books but the rows it reads.
 */

export type Row = Readonly<Record<string, string>>;

export interface PlainDay {
  readonly date: string;
  /** In EUR. */
  readonly value: number;
  /** Time-weighted, money in at the beginning and out at the end of the day. */
  readonly twr: number;
}

const DAY_MS = 86_400_000;
/** The day from which Apple's trades are in the units of the adjusted closes; seven old ones before. */
const SPLIT_DATE = '2014-06-09';
const SPLIT_RATIO = 7;

function adjustedUnits(row: Row): number {
  const isOld = row['security_id'] === 'SEC_AAPL' && row['transaction_date']! < SPLIT_DATE;
  return Number(row['quantity']) * (isOld ? SPLIT_RATIO : 1);
}

function byDate(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row[column]!, [...(groups.get(row[column]!) ?? []), row]);
  return groups;
}

export function plainDays(input: {
  readonly transactions: readonly Row[];
  readonly closes: readonly Row[];
  /** Of a dollar in euros. */
  readonly rates: readonly Row[];
  readonly from: string;
  readonly to: string;
}): PlainDay[] {
  const transactions = byDate(input.transactions, 'transaction_date');
  const closes = byDate(input.closes, 'date');
  const rates = new Map(input.rates.map((row) => [row['date']!, Number(row['rate'])]));
  const units = new Map<string, number>();
  const last = new Map<string, number>();
  const cash = { EUR: 0, USD: 0 };
  let dollar = Number(input.rates[0]!['rate']);
  let before = 0;

  const inEuros = (currency: string | undefined, amount: number) =>
    currency === 'USD' ? amount * dollar : amount;

  function book(row: Row): { inflow: number; outflow: number } {
    const security = row['security_id']!;
    const currency = row['currency'] === 'USD' ? 'USD' : 'EUR';
    const gross = Number(row['gross_transaction_amount']) || Number(row['quantity']) * Number(row['price']);
    const costs = Number(row['trade_fee']) + Number(row['taxes']);
    const held = units.get(security) ?? 0;
    switch (row['transaction_type']) {
      case 'BUY':
        units.set(security, held + adjustedUnits(row));
        cash[currency] -= gross + costs;
        break;
      case 'SELL':
        units.set(security, held - adjustedUnits(row));
        cash[currency] += gross - costs;
        break;
      case 'DIVIDEND':
        cash[currency] += gross - costs;
        break;
      case 'FEE':
        cash[currency] -= gross;
        break;
      case 'DEPOSIT':
        cash[currency] += gross;
        return { inflow: inEuros(currency, gross), outflow: 0 };
      case 'WITHDRAWAL':
        cash[currency] -= gross;
        return { inflow: 0, outflow: inEuros(currency, gross) };
      case 'SPLIT':
        break;
      default:
        throw new Error(`this ledger knows no ${row['transaction_type']}`);
    }
    return { inflow: 0, outflow: 0 };
  }

  const days: PlainDay[] = [];
  for (let at = Date.parse(input.from); at <= Date.parse(input.to); at += DAY_MS) {
    const date = new Date(at).toISOString().slice(0, 10);
    dollar = rates.get(date) ?? dollar;
    for (const row of closes.get(date) ?? []) last.set(row['security_id']!, Number(row['close']));
    const flows = { inflow: 0, outflow: 0 };
    for (const row of transactions.get(date) ?? []) {
      const { inflow, outflow } = book(row);
      flows.inflow += inflow;
      flows.outflow += outflow;
    }
    let value = cash.EUR + cash.USD * dollar;
    for (const [security, quantity] of units)
      value += inEuros(security === 'SEC_AAPL' ? 'USD' : 'EUR', quantity * last.get(security)!);
    days.push({ date, value, twr: (value + flows.outflow) / (before + flows.inflow) - 1 });
    before = value;
  }
  return days;
}
