/** What changed in a portfolio's history between two epochs or two moments of knowledge, and why. */
import { day as dayOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { decimal, format, ZERO } from '../../domain/decimal.ts';
import type { ReturnOptions } from '../../domain/returns/model.ts';
import { changedDays, DAY_AMOUNTS, returnImpact } from '../../domain/returns/restatement.ts';
import { isHidden, shownRestatement } from './concealed.ts';
import type { Queries } from './queries.ts';
import { found, notFound, rejected } from './reading.ts';
import type { KnownAt, Outcome, ReadContext, Reader, Reading } from './reading.ts';
import type { ReadModel } from './read-model.ts';
import { causesOf, reachesOfEpochs } from './restatement-causes.ts';
import type { Causes } from './restatement-causes.ts';
import { reachesOfEvents } from './restatement-events.ts';
import { changedPositions, confirmed } from './restatement-positions.ts';
import type { ChangedPositions } from './restatement-positions.ts';
import { changedDayView, impactView } from './restatement-view.ts';
import type { RestatementReport } from './restatement-view.ts';
import { returnDays } from './return-days.ts';
import type { CostedDay } from './return-days.ts';
import type { PortfolioRow, RealizedGainRow } from './rows.ts';

export type { ChangedDayView, RestatementReport } from './restatement-view.ts';

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
  /** With each day the positions that differ; between two moments of knowledge only. */
  readonly positions?: boolean;
}

/** A day of one side; days on which nothing was realised have a gain of zero. */
export type ComparedDay = CostedDay & { readonly realizedGain: Decimal };

/** Both histories as far as they were compared: what a picture is drawn of. */
export interface ComparedHistories {
  readonly before: readonly ComparedDay[];
  readonly after: readonly ComparedDay[];
}

export interface Restated {
  readonly report: RestatementReport;
  readonly histories: ComparedHistories;
}

interface Sides extends ComparedHistories {
  readonly compared: RestatementReport['compared'];
  /** What may explain days that changed, once these are known. */
  readonly explain: (changed: readonly Day[]) => Promise<Explained>;
}

interface Explained {
  readonly causes: Causes;
  readonly positions?: ChangedPositions['views'];
}

/** @returns the report, and both histories it was made from */
export async function restated(
  queries: Queries,
  portfolioId: string,
  query: RestatementQuery,
  context: ReadContext = {},
): Promise<Reading<Restated>> {
  const { compare } = query;
  if (isHidden(context, portfolioId)) return { status: 'not_found', what: 'portfolio', id: portfolioId };
  if (query.positions === true && compare.by === 'epoch')
    return {
      status: 'rejected',
      errors: [{ field: 'detail', rule: 'knowledge', message: 'positions are compared by known_from only' }],
    };
  // Before the portfolio's own read, so that no connection is held while another one is waited for.
  const known =
    compare.by === 'knowledge'
      ? await sidesByKnowledge(queries, portfolioId, compare, query.positions ?? false)
      : undefined;
  const reading = await queries.reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const sides =
      compare.by === 'epoch' ? await sidesByEpoch(model, queries.log, portfolio, compare) : known!;
    return sides.status === 'found' ? found({ portfolio, sides: sides.value }) : sides;
  });
  if (reading.status !== 'ok') return reading;
  const { portfolio, sides } = reading.value;
  const restated = await reportOf(portfolio, query, sides);
  return { ...reading, value: { ...restated, report: shownRestatement(context, restated.report) } };
}

/** The report alone. */
export async function restatement(
  queries: Queries,
  portfolioId: string,
  query: RestatementQuery,
  context: ReadContext = {},
): Promise<Reading<RestatementReport>> {
  const reading = await restated(queries, portfolioId, query, context);
  return reading.status === 'ok' ? { ...reading, value: reading.value.report } : reading;
}

async function reportOf(portfolio: PortfolioRow, query: RestatementQuery, sides: Sides): Promise<Restated> {
  // Days that only one side had reached yet are news, not restated.
  const asOf = Math.min(sides.before.at(-1)?.day ?? Infinity, sides.after.at(-1)?.day ?? Infinity);
  const before = sides.before.filter(({ day }) => day <= asOf);
  const after = sides.after.filter(({ day }) => day <= asOf);
  const impact = Number.isFinite(asOf)
    ? returnImpact(before, after, asOf, { ...query.options, materiality: query.materiality })
    : [];
  const changed = changedDays(before, after, [...DAY_AMOUNTS, 'cost', 'realizedGain']);
  const { causes, positions } = await sides.explain(changed.map(({ day }) => day));
  const report: RestatementReport = {
    portfolio_id: portfolio.portfolio_id,
    currency: portfolio.base_currency,
    complete_through: portfolio.complete_through,
    compared: sides.compared,
    materiality_basis_points: format(query.materiality),
    causes: causes.views,
    more_causes: causes.more,
    days: changed.map((day) =>
      changedDayView(day, causes.of(day.day), positions && (positions.get(day.day) ?? [])),
    ),
    impact: impact.map(impactView),
  };
  return { report, histories: { before, after } };
}

async function sidesByEpoch(
  model: ReadModel,
  log: Queries['log'],
  portfolio: PortfolioRow,
  compare: EpochSides,
): Promise<Outcome<Sides>> {
  const id = portfolio.portfolio_id;
  const to = compare.to ?? portfolio.epoch;
  const from = compare.from ?? Math.max(0, to - 1);
  if (from > to) return rejected('from_epoch', 'range', 'must not be above to_epoch');
  if (to > portfolio.epoch) return notFound('epoch', String(to));
  const side = async (epoch: number): Promise<ComparedDay[] | undefined> => {
    if (epoch === portfolio.epoch)
      return withGains(
        returnDays(await model.portfolioDays(id, {}), portfolio.latest_date),
        await model.realizedGains(id),
      );
    // A rebuild leaves what it replaced to the generation that readers saw before it.
    return (
      (await daysAt(model, portfolio, epoch)) ??
      (await model.retained((former) => daysAt(former, portfolio, epoch)))
    );
  };
  const [before, after] = [await side(from), await side(to)];
  for (const [field, epoch, days] of [
    ['from_epoch', from, before],
    ['to_epoch', to, after],
  ] as const)
    if (!days)
      return rejected(field, 'retained', `epoch ${epoch} is no longer kept; compare by known_from instead`);
  const audit = await model.epochs(
    id,
    { flippedWith: { after: from, through: to } },
    { limit: Number.MAX_SAFE_INTEGER },
  );
  return found({
    compared: { by: 'epoch', from, to },
    before: before!,
    after: after!,
    explain: async (changed) => ({ causes: await causesOf(log, reachesOfEpochs(audit, from, to), changed) }),
  });
}

/** What a former epoch showed, where all its rows are kept. */
async function daysAt(
  model: ReadModel,
  portfolio: PortfolioRow,
  epoch: number,
): Promise<ComparedDay[] | undefined> {
  const id = portfolio.portfolio_id;
  if (epoch < (await model.keptFrom(id))) return undefined;
  const rows = await model.portfolioDays(id, { epoch });
  if (rows.length === 0 && portfolio.latest_date !== null) return undefined;
  return withGains(returnDays(rows, portfolio.latest_date), await model.realizedGains(id, epoch));
}

async function sidesByKnowledge(
  { reader, log }: Queries,
  portfolioId: string,
  compare: KnowledgeSides,
  detail: boolean,
): Promise<Outcome<Sides>> {
  const from = await reader.resolve(compare.from);
  const to = await reader.resolve(compare.to ?? { position: Number.MAX_SAFE_INTEGER });
  if (from > to) return rejected('known_from', 'range', 'must not be after known_to');
  const at = { before: from, after: to };
  const side = (position: number) =>
    readAt(reader, portfolioId, position, async (model, { latest_date: latest }) =>
      withGains(
        returnDays(await model.portfolioDays(portfolioId, {}), latest),
        await model.realizedGains(portfolioId),
      ),
    );
  return found({
    compared: { by: 'position', from, to },
    before: await side(from),
    after: await side(to),
    async explain(changed) {
      const [first, last] = [changed[0], changed.at(-1)];
      if (first === undefined || last === undefined) return { causes: await causesOf(log, [], []) };
      const traded = await readAt(reader, portfolioId, to, async (model) => {
        const rows = await model.transactions(portfolioId, {}, { limit: Number.MAX_SAFE_INTEGER });
        return rows.map(({ fields }) => fields.security_id);
      });
      const news = await reachesOfEvents(log, portfolioId, new Set(traded), { from, to });
      const reaches = news.filter((reach) => reach.from <= last && reach.through >= first);
      const positions = await changedPositions(
        (which, ids, range) =>
          readAt(reader, portfolioId, at[which], (model) => model.positionFigures(portfolioId, ids, range)),
        new Set(reaches.flatMap(({ touches }) => touches)),
        { from: first, to: last },
        detail,
      );
      const causes = await causesOf(log, confirmed(reaches, positions), changed);
      return { causes, ...(detail ? { positions: positions.views } : {}) };
    },
  });
}

/** What the books held then; nothing before the portfolio's opening. */
async function readAt<T>(
  reader: Reader,
  portfolioId: string,
  position: number,
  read: (model: ReadModel, portfolio: PortfolioRow) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const reading = await reader.portfolio(portfolioId, { knownAt: { position } }, async (model, portfolio) =>
    found(await read(model, portfolio)),
  );
  return reading.status === 'ok' ? reading.value : [];
}

function withGains(days: readonly CostedDay[], gains: readonly RealizedGainRow[]): ComparedDay[] {
  const byDay = new Map(gains.map((row) => [dayOf(row.date), decimal(row.realized_gain)]));
  return days.map((day) => ({ ...day, realizedGain: byDay.get(day.day) ?? ZERO }));
}
