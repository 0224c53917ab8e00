/**
 * Ghostfolio's activities as commands of ours:
 *
 * | activity | becomes |
 * |---|---|
 * | BUY, SELL | the same, on `dataSource:symbol`, with its fee |
 * | DIVIDEND | DIVIDEND of quantity × unit price, less its fee |
 * | INTEREST | INTEREST of quantity × unit price on the cash of its currency |
 * | FEE | FEE of the fee plus quantity × unit price on the cash of its currency |
 * | ITEM (a valuable) | TRANSFER_IN at quantity × unit price: it is owned, nobody says who paid |
 * | LIABILITY | WITHDRAWAL of quantity × unit price from `dataSource:symbol`, held as cash: a debt |
 *
 * An account is a portfolio in the account's currency. Drafts are left out. Balances are not read: the
 * cash follows from the activities and from `funding`.
 */
import { createHash } from 'node:crypto';
import { add, decimal, format, isZero, multiply, round } from '../../domain/decimal.ts';
import { AMOUNT_SCALE } from '../../domain/decimal.ts';
import { cashSecurityId } from '../../domain/events.ts';
import type { SecurityType } from '../../domain/events.ts';
import type { Lookups } from '../handler/lookups.ts';
import { checkIdentifier } from '../schemas/fields.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { fundingDeposits } from './funding.ts';
import type { Activity, AssetProfile, Frame, GhostfolioExport } from './ghostfolio-export.ts';
import { readActivity, readFrame } from './ghostfolio-export.ts';
import type { SourceRow } from './rows.ts';

const NO_ACCOUNT = 'GHOSTFOLIO';

/** Ghostfolio writes hundredths of some currencies as such; theirs are codes with a small letter. */
const MINOR_UNITS: Readonly<Record<string, string>> = { GBp: 'GBX', ILA: 'ILA', ZAc: 'ZAC' };

function currencyOf(code: string): string {
  return MINOR_UNITS[code] ?? code;
}

/** The text with every character that identifiers do not have replaced by `_`. */
function safe(text: string): string {
  const cleaned = text.replace(/[^A-Za-z0-9_^.:/#@+=~-]/g, '_').slice(0, 120);
  return 'value' in checkIdentifier(cleaned) ? cleaned : `_${cleaned}`;
}

function portfolioOf(activity: Activity): string {
  return activity.accountId ? safe(activity.accountId) : NO_ACCOUNT;
}

function securityOf(activity: Activity): string {
  return safe(`${activity.dataSource}:${activity.symbol}`);
}

/** Counts identical activities, so that each has an identifier and has it again in the next export. */
function createIds() {
  const times = new Map<string, number>();
  return (activity: Activity): string => {
    const { accountId, type, dataSource, symbol, date, quantity, unitPrice, fee, currency } = activity;
    const content = [accountId, type, dataSource, symbol, date, quantity, unitPrice, fee, currency];
    const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 24);
    const time = (times.get(digest) ?? 0) + 1;
    times.set(digest, time);
    return time === 1 ? `ghostfolio-${digest}` : `ghostfolio-${digest}-${time}`;
  };
}

function transactionOf(activity: Activity, id: string): RecordTransaction {
  const currency = currencyOf(activity.currency);
  const { quantity, unitPrice, fee } = activity;
  const value = round(multiply(decimal(quantity), decimal(unitPrice)), AMOUNT_SCALE);
  const base = {
    transaction_id: id,
    portfolio_id: portfolioOf(activity),
    transaction_date: activity.date,
    currency,
    ...(activity.comment?.trim() ? { note: activity.comment.trim().slice(0, 2000) } : {}),
  };
  const onSecurity = { ...base, security_id: securityOf(activity) };
  const onCash = { ...base, security_id: cashSecurityId(currency) };
  const trade_fee = fee ?? '0';
  const gross_transaction_amount = format(value);
  const units = { quantity, price: unitPrice };
  switch (activity.type) {
    case 'BUY':
    case 'SELL':
      return { ...onSecurity, transaction_type: activity.type, ...units, trade_fee };
    case 'DIVIDEND':
      return { ...onSecurity, transaction_type: 'DIVIDEND', ...units, gross_transaction_amount, trade_fee };
    case 'INTEREST':
      return { ...onCash, transaction_type: 'INTEREST', gross_transaction_amount, trade_fee };
    case 'FEE': {
      const charged = format(add(value, decimal(trade_fee)));
      return { ...onCash, transaction_type: 'FEE', gross_transaction_amount: charged };
    }
    case 'ITEM':
      return { ...onSecurity, transaction_type: 'TRANSFER_IN', ...units, gross_transaction_amount };
    case 'LIABILITY':
      return { ...onSecurity, transaction_type: 'WITHDRAWAL', gross_transaction_amount };
    default: {
      const never: never = activity.type;
      return never;
    }
  }
}

function typeOf(activity: Activity, profile: AssetProfile | undefined): SecurityType {
  if (activity.type === 'LIABILITY') return 'cash';
  switch (profile?.assetSubClass) {
    case 'STOCK':
      return 'equity';
    case 'ETF':
    case 'MUTUALFUND':
      return 'fund';
    case 'BOND':
      return 'bond';
    case 'CRYPTOCURRENCY':
      return 'crypto';
    default:
      return 'other';
  }
}

function portfolioRow(activity: Activity, frame: Frame): Record<string, unknown> {
  const account = activity.accountId ? frame.accounts.get(activity.accountId) : undefined;
  const name = account?.name?.trim();
  return {
    portfolio_id: portfolioOf(activity),
    base_currency: currencyOf(account?.currency ?? frame.currency ?? activity.currency),
    ...(name ? { name: name.slice(0, 200) } : {}),
  };
}

function securityRow(activity: Activity, frame: Frame): Record<string, unknown> {
  const profile = frame.profiles.get(`${activity.dataSource} ${activity.symbol}`);
  return {
    security_id: securityOf(activity),
    currency: currencyOf(activity.currency),
    type: typeOf(activity, profile),
    symbol: activity.symbol.slice(0, 64),
    ...(profile?.name?.trim() ? { name: profile.name.trim().slice(0, 200) } : {}),
    ...(profile?.isin?.trim() ? { isin: profile.isin.trim() } : {}),
    ...(profile?.assetClass?.trim() ? { asset_class: profile.assetClass.trim() } : {}),
  };
}

export interface GhostfolioOptions {
  readonly funding: boolean;
  readonly lookups: Pick<Lookups, 'portfolio'>;
}

function row(
  line: number,
  command: SourceRow['command'] & string,
  value: unknown,
  ifUnknown = false,
): SourceRow {
  return { line, command, value: { ok: true, value }, ...(ifUnknown ? { ifUnknown } : {}) };
}

/** The commands of an export, with the ordinal of the activity each comes from as its line. */
export async function* ghostfolioRows(
  document: GhostfolioExport,
  options: GhostfolioOptions,
): AsyncGenerator<SourceRow> {
  const frame = readFrame(document);
  if (!frame.ok) {
    yield { line: 1, value: frame, fatal: true };
    return;
  }
  const idOf = createIds();
  const met = new Set<string>();
  const transactions: { line: number; transaction: RecordTransaction }[] = [];
  for (const [index, raw] of document.activities.entries()) {
    const line = index + 1;
    const activity = readActivity(raw);
    if (!activity.ok) {
      yield { line, value: activity };
      continue;
    }
    if (activity.value.isDraft) continue;
    const portfolio = portfolioRow(activity.value, frame.value);
    const security = securityRow(activity.value, frame.value);
    const isOnCash = activity.value.type === 'FEE' || activity.value.type === 'INTEREST';
    for (const [command, value, id] of [
      ['portfolios', portfolio, `portfolio ${String(portfolio['portfolio_id'])}`],
      ['securities', security, `security ${String(security['security_id'])}`],
    ] as const) {
      if (met.has(id) || (command === 'securities' && isOnCash)) continue;
      met.add(id);
      yield row(line, command, value, true);
    }
    transactions.push({ line, transaction: transactionOf(activity.value, idOf(activity.value)) });
  }
  if (options.funding) {
    const deposits = await funded(transactions, options.lookups);
    for (const { line, transaction } of deposits) yield row(line, 'transactions', transaction);
  }
  for (const { line, transaction } of transactions)
    yield row(line, 'transactions', withoutZeros(transaction));
}

async function funded(
  transactions: readonly { readonly line: number; readonly transaction: RecordTransaction }[],
  lookups: GhostfolioOptions['lookups'],
) {
  const explicit = new Set<string>();
  for (const portfolioId of new Set(transactions.map(({ transaction }) => transaction.portfolio_id))) {
    const { settings } = await lookups.portfolio(portfolioId);
    if (settings?.cash === 'explicit') explicit.add(portfolioId);
  }
  return fundingDeposits(transactions.filter(({ transaction }) => !explicit.has(transaction.portfolio_id)));
}

function withoutZeros(transaction: RecordTransaction): RecordTransaction {
  const { trade_fee: fee, ...rest } = transaction;
  return fee !== undefined && isZero(decimal(fee)) ? rest : transaction;
}
