/** What changed in a portfolio's history between two epochs or two moments of knowledge. */
import { isoDate } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { format, formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { ReturnOptions } from '../../domain/returns/model.ts';
import { changedDays, DAY_AMOUNTS, returnImpact } from '../../domain/returns/restatement.ts';
import type { Amounts, ChangedDay, Impact } from '../../domain/returns/restatement.ts';
import { found, notFound, rejected } from './reading.ts';
import type { KnownAt, Outcome, ReadContext, Reader, Reading } from './reading.ts';
import type { ReadModel } from './read-model.ts';
import { remarkView } from './performance.ts';
import type { RemarkView } from './performance.ts';
import { returnDays } from './return-days.ts';
import type { CostedDay } from './return-days.ts';
import type { PortfolioRow } from './rows.ts';

/** Two epochs: the last one and that before it by default. */
export interface EpochSides {
  readonly by: 'epoch';
  readonly from?: number;
  readonly to?: number;
}

/** Two moments of knowledge: the later one is now by default. */
export interface KnowledgeSides {
  readonly by: 'knowledge';
  readonly from: KnownAt;
  readonly to?: KnownAt;
}

export interface RestatementQuery {
  readonly compare: EpochSides | KnowledgeSides;
  /** Returns that differ by this many basis points or more are material. */
  readonly materiality: Decimal;
  readonly options: ReturnOptions;
}

export type AmountsView = Readonly<Record<AmountName, string>>;
type AmountName =
  | 'bod_market_value'
  | 'bod_cashflow'
  | 'eod_cashflow'
  | 'eod_market_value'
  | 'income'
  | 'fees'
  | 'taxes'
  | 'cost';

/** A side is `null` where the day had no row. */
export interface ChangedDayView {
  readonly date: string;
  readonly before: AmountsView | null;
  readonly after: AmountsView | null;
  readonly delta: AmountsView | null;
}

export interface ImpactView {
  readonly period: string;
  readonly twr_before: string | null;
  readonly twr_after: string | null;
  readonly basis_points: string | null;
  readonly material: boolean;
  readonly reasons_before: readonly RemarkView[];
  readonly reasons_after: readonly RemarkView[];
}

export interface RestatementReport {
  readonly portfolio_id: string;
  readonly currency: string;
  readonly complete_through: string | null;
  /** Epochs of the portfolio, or log positions. */
  readonly compared: { readonly by: 'epoch' | 'position'; readonly from: number; readonly to: number };
  readonly materiality_basis_points: string;
  readonly days: readonly ChangedDayView[];
  readonly impact: readonly ImpactView[];
}

interface Sides {
  readonly compared: RestatementReport['compared'];
  readonly before: readonly CostedDay[];
  readonly after: readonly CostedDay[];
}

export async function restatement(
  reader: Reader,
  portfolioId: string,
  query: RestatementQuery,
  context: ReadContext = {},
): Promise<Reading<RestatementReport>> {
  // Before the portfolio's own read, so that no connection is held while another one is waited for.
  const { compare } = query;
  const known = compare.by === 'knowledge' ? await sidesByKnowledge(reader, portfolioId, compare) : undefined;
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const sides = compare.by === 'epoch' ? await sidesByEpoch(model, portfolio, compare) : known!;
    return sides.status === 'found' ? found(report(portfolio, query, sides.value)) : sides;
  });
}

function report(
  portfolio: PortfolioRow,
  query: RestatementQuery,
  { compared, ...sides }: Sides,
): RestatementReport {
  // Days that only one side had reached yet are news, not restated.
  const asOf = Math.min(sides.before.at(-1)?.day ?? Infinity, sides.after.at(-1)?.day ?? Infinity);
  const before = sides.before.filter(({ day }) => day <= asOf);
  const after = sides.after.filter(({ day }) => day <= asOf);
  const impact = Number.isFinite(asOf)
    ? returnImpact(before, after, asOf, { ...query.options, materiality: query.materiality })
    : [];
  return {
    portfolio_id: portfolio.portfolio_id,
    currency: portfolio.base_currency,
    complete_through: portfolio.complete_through,
    compared,
    materiality_basis_points: format(query.materiality),
    days: changedDays(before, after, [...DAY_AMOUNTS, 'cost']).map(changedDayView),
    impact: impact.map(impactView),
  };
}

async function sidesByEpoch(
  model: ReadModel,
  portfolio: PortfolioRow,
  compare: EpochSides,
): Promise<Outcome<Sides>> {
  const to = compare.to ?? portfolio.epoch;
  const from = compare.from ?? Math.max(0, to - 1);
  if (from > to) return rejected('from_epoch', 'range', 'must not be above to_epoch');
  if (to > portfolio.epoch) return notFound('epoch', String(to));
  const side = async (epoch: number) =>
    returnDays(
      await model.portfolioDays(portfolio.portfolio_id, epoch === portfolio.epoch ? {} : { epoch }),
      portfolio.latest_date,
    );
  const before = await side(from);
  if (before.length === 0 && portfolio.latest_date !== null)
    return rejected(
      'from_epoch',
      'retained',
      `epoch ${from} is no longer kept; compare by known_from instead`,
    );
  return found({ compared: { by: 'epoch', from, to }, before, after: await side(to) });
}

async function sidesByKnowledge(
  reader: Reader,
  portfolioId: string,
  compare: KnowledgeSides,
): Promise<Outcome<Sides>> {
  const from = await reader.resolve(compare.from);
  const to = await reader.resolve(compare.to ?? { position: Number.MAX_SAFE_INTEGER });
  if (from > to) return rejected('known_from', 'range', 'must not be after known_to');
  const side = async (position: number) => {
    const reading = await reader.portfolio(portfolioId, { knownAt: { position } }, async (model, portfolio) =>
      found(returnDays(await model.portfolioDays(portfolioId, {}), portfolio.latest_date)),
    );
    // Before its opening the portfolio had no days.
    return reading.status === 'ok' ? reading.value : [];
  };
  return found({
    compared: { by: 'position', from, to },
    before: await side(from),
    after: await side(to),
  });
}

type ComparedName = (typeof DAY_AMOUNTS)[number] | 'cost';

function amountsView(amounts: Amounts<ComparedName>): AmountsView {
  return {
    bod_market_value: formatMoney(amounts.bodMarketValue),
    bod_cashflow: formatMoney(amounts.bodCashflow),
    eod_cashflow: formatMoney(amounts.eodCashflow),
    eod_market_value: formatMoney(amounts.eodMarketValue),
    income: formatMoney(amounts.income),
    fees: formatMoney(amounts.fees),
    taxes: formatMoney(amounts.taxes),
    cost: formatMoney(amounts.cost),
  };
}

function changedDayView(changed: ChangedDay<ComparedName>): ChangedDayView {
  return {
    date: isoDate(changed.day),
    before: changed.before && amountsView(changed.before),
    after: changed.after && amountsView(changed.after),
    delta: changed.delta && amountsView(changed.delta),
  };
}

function impactView(impact: Impact): ImpactView {
  return {
    period: impact.period,
    twr_before: formatFraction(impact.twrBefore),
    twr_after: formatFraction(impact.twrAfter),
    basis_points: impact.basisPoints && format(impact.basisPoints),
    material: impact.material,
    reasons_before: impact.reasonsBefore.map(remarkView),
    reasons_after: impact.reasonsAfter.map(remarkView),
  };
}
