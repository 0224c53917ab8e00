/** How every read runs: the state of the books to read, the portfolio, and what can come of it. */
import type { Instant } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import type { DefinitionReads } from '../definitions/definitions.ts';
import { NO_DEFINITION_READS } from '../definitions/fold.ts';
import type { Member } from './group-rows.ts';
import { groupNamed, groupRates, groupSubject, groupVersion } from './group-subject.ts';
import type { ReadModel, ReadModels, ShownVersion, Version } from './read-model.ts';
import type { PortfolioRow } from './rows.ts';
import { portfolioSubject } from './subject.ts';
import type { SubjectRef, SubjectSource } from './subject.ts';

/** A moment of knowledge: after an event of the log, or at an instant. */
export type KnownAt = { readonly position: number } | { readonly instant: Instant };

export interface ReadContext {
  /** Read the books as they were known then; as they are now when absent. */
  readonly knownAt?: KnownAt;
  /** The portfolios the caller may know of; any other is as if it were not there. All when absent. */
  readonly portfolios?: ReadonlySet<string>;
  /** Says that the caller already has this version, so that nothing needs to be loaded. */
  readonly has?: (version: Version) => boolean;
}

export interface FieldError {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

/** What there may be none of. */
export type Unknown = 'portfolio' | 'security' | 'epoch' | 'group' | 'benchmark' | 'series';

export type Reading<T> =
  | { readonly status: 'ok'; readonly version: ShownVersion; readonly value: T }
  | { readonly status: 'unchanged'; readonly version: ShownVersion }
  | { readonly status: 'not_found'; readonly what: Unknown; readonly id: string }
  | { readonly status: 'rejected'; readonly errors: readonly FieldError[] };

/** What a use case makes of the rows: its value, or why there is none. */
export type Outcome<T> = Exclude<Reading<T>, { status: 'ok' | 'unchanged' }> | { status: 'found'; value: T };

export function found<T>(value: T): Outcome<T> {
  return { status: 'found', value };
}

export function rejected(field: string, rule: string, message: string): Outcome<never> {
  return { status: 'rejected', errors: [{ field, rule, message }] };
}

export function notFound(what: Unknown, id: string): Outcome<never> {
  return { status: 'not_found', what, id };
}

export type ReadingErrorCode = 'known_at_unavailable';

export class ReadingError extends Error {
  readonly code: ReadingErrorCode;

  constructor(code: ReadingErrorCode, message: string) {
    super(message);
    this.name = 'ReadingError';
    this.code = code;
  }
}

export interface Reader {
  all<T>(
    context: ReadContext,
    work: (model: ReadModel, version: Version) => Promise<Outcome<T>>,
  ): Promise<Reading<T>>;
  portfolio<T>(
    portfolioId: string,
    context: ReadContext,
    work: (model: ReadModel, portfolio: PortfolioRow, version: Version) => Promise<Outcome<T>>,
  ): Promise<Reading<T>>;
  subject<T>(
    ref: SubjectRef,
    context: ReadContext,
    work: (source: SubjectSource) => Promise<Outcome<T>>,
  ): Promise<Reading<T>>;
  /** The log position that a moment of knowledge stands for; never beyond the head of the log. */
  resolve(knownAt: KnownAt): Promise<number>;
  /** The read model at a position, which must be one the log can be replayed to. */
  at(position: number, portfolios?: string | readonly string[]): Promise<ReadModel>;
  /** Groups, benchmarks and uploaded series. */
  readonly definitions: DefinitionReads;
}

const CONCEALED: ShownVersion = { position: null, tag: '' };

/** @param definitions where stored groups come from; there are none without */
export function createReader(
  models: ReadModels,
  log: Pick<EventLog, 'head' | 'positionAt'>,
  definitions: DefinitionReads = NO_DEFINITION_READS,
): Reader {
  async function resolve(knownAt: KnownAt): Promise<number> {
    if ('instant' in knownAt) return log.positionAt(knownAt.instant);
    return Math.min(knownAt.position, await log.head());
  }

  async function at(position: number, portfolios?: string | readonly string[]): Promise<ReadModel> {
    if (!models.at)
      throw new ReadingError('known_at_unavailable', 'this service cannot replay the log for known_at');
    return models.at(position, portfolios);
  }

  async function settle<T>(
    version: Version,
    context: ReadContext,
    work: () => Promise<Outcome<T>>,
  ): Promise<Reading<T>> {
    const limited = context.portfolios !== undefined;
    if (!limited && context.has?.(version)) return { status: 'unchanged', version };
    const outcome = await work();
    if (outcome.status !== 'found') return outcome;
    return { status: 'ok', version: limited ? CONCEALED : version, value: outcome.value };
  }

  async function run<T>(
    context: ReadContext,
    portfolios: string | readonly string[] | undefined,
    work: (model: ReadModel) => Promise<Reading<T>>,
  ): Promise<Reading<T>> {
    if (context.knownAt === undefined) return models.current(work);
    const position = await resolve(context.knownAt);
    // What is known now needs no replay. Of the tables it shows epochs, which a replay does not, and so that
    // something was recorded since, wherever it was.
    const present = context.portfolios
      ? undefined
      : await models.current(async (model) =>
          (await positionOf(model, portfolios)) === position ? await work(model) : undefined,
        );
    return present ?? work(await at(position, portfolios));
  }

  async function ofGroup<T>(
    id: string,
    context: ReadContext,
    work: (source: SubjectSource) => Promise<Outcome<T>>,
  ): Promise<Reading<T>> {
    const position = context.knownAt && (await resolve(context.knownAt));
    const group = await groupNamed(id, definitions, position);
    if (!group) return { status: 'not_found', what: 'group', id };
    const { portfolioIds, stored } = group;
    // A stored group is there for those who may know of all of it.
    const unknown = (portfolioId: string): Reading<never> =>
      ({
        status: 'not_found',
        ...(stored ? { what: 'group', id } : { what: 'portfolio', id: portfolioId }),
      }) as const;
    const hidden = portfolioIds.find((portfolioId) => context.portfolios?.has(portfolioId) === false);
    if (hidden !== undefined) return unknown(hidden);
    const then = position === undefined ? context : { ...context, knownAt: { position } };
    return run(then, portfolioIds, async (model) => {
      const found = new Map(
        (await model.members(portfolioIds)).map((one) => [one.portfolio.portfolio_id, one]),
      );
      const members = portfolioIds.flatMap((portfolioId) => found.get(portfolioId) ?? []);
      if (members.length < portfolioIds.length)
        return unknown(portfolioIds.find((portfolioId) => !found.has(portfolioId))!);
      const subject = groupSubject(
        group,
        members.map(({ portfolio }) => portfolio),
      );
      const rates = await groupRates(subject, model);
      const version = groupVersion(group, subject, members, rates);
      return settle(version, context, () => work({ reader, model, subject, members, version, rates }));
    });
  }

  async function ofPortfolio<T>(
    portfolioId: string,
    context: ReadContext,
    work: (model: ReadModel, member: Member) => Promise<Outcome<T>>,
  ): Promise<Reading<T>> {
    const unknown = { status: 'not_found', what: 'portfolio', id: portfolioId } as const;
    if (context.portfolios && !context.portfolios.has(portfolioId)) return unknown;
    return run(context, portfolioId, async (model) => {
      const member = await model.portfolio(portfolioId);
      return member ? settle(member.version, context, () => work(model, member)) : unknown;
    });
  }

  const reader: Reader = {
    resolve,
    at,
    definitions,
    all: (context, work) =>
      run(context, undefined, async (model) => {
        const version = await model.version();
        return settle(version, context, () => work(model, version));
      }),
    portfolio: (portfolioId, context, work) =>
      ofPortfolio(portfolioId, context, (model, { portfolio, version }) => work(model, portfolio, version)),
    async subject(ref, context, work) {
      if (ref.kind === 'group') return ofGroup(ref.group, context, work);
      return ofPortfolio(ref.portfolioId, context, (model, member) => {
        const { portfolio, version } = member;
        const subject = portfolioSubject(portfolio);
        return work({ reader, model, subject, members: [member], version, rates: '' });
      });
    },
  };
  return reader;
}

/** `undefined` where several portfolios' rows are not of the same position. */
async function positionOf(
  model: ReadModel,
  portfolios: string | readonly string[] | undefined,
): Promise<number | undefined> {
  if (portfolios === undefined) return (await model.version()).position;
  if (typeof portfolios === 'string') return (await model.portfolio(portfolios))?.version.position;
  const positions = new Set((await model.members(portfolios)).map(({ version }) => version.position));
  return positions.size === 1 ? [...positions][0] : undefined;
}
