/** How every read runs: the state of the books to read, the portfolio, and what can come of it. */
import type { Instant } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import type { ReadModel, ReadModels, Version } from './read-model.ts';
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
  | { readonly status: 'ok'; readonly version: Version; readonly value: T }
  | { readonly status: 'unchanged'; readonly version: Version }
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
  all<T>(context: ReadContext, work: (model: ReadModel) => Promise<Outcome<T>>): Promise<Reading<T>>;
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
  at(position: number, portfolioId?: string): Promise<ReadModel>;
}

export function createReader(models: ReadModels, log: Pick<EventLog, 'head' | 'positionAt'>): Reader {
  async function resolve(knownAt: KnownAt): Promise<number> {
    if ('instant' in knownAt) return log.positionAt(knownAt.instant);
    return Math.min(knownAt.position, await log.head());
  }

  async function at(position: number, portfolioId?: string): Promise<ReadModel> {
    if (!models.at)
      throw new ReadingError('known_at_unavailable', 'this service cannot replay the log for known_at');
    return models.at(position, portfolioId);
  }

  async function settle<T>(
    version: Version,
    context: ReadContext,
    work: () => Promise<Outcome<T>>,
  ): Promise<Reading<T>> {
    if (context.has?.(version)) return { status: 'unchanged', version };
    const outcome = await work();
    return outcome.status === 'found' ? { status: 'ok', version, value: outcome.value } : outcome;
  }

  async function run<T>(
    context: ReadContext,
    portfolioId: string | undefined,
    work: (model: ReadModel) => Promise<Reading<T>>,
  ): Promise<Reading<T>> {
    if (context.knownAt === undefined) return models.current(work);
    const position = await resolve(context.knownAt);
    // What is known now needs no replay.
    const present = await models.current(async (model) =>
      (await positionOf(model, portfolioId)) === position ? await work(model) : undefined,
    );
    return present ?? work(await at(position, portfolioId));
  }

  const reader: Reader = {
    resolve,
    at,
    all: (context, work) =>
      run(context, undefined, async (model) => settle(await model.version(), context, () => work(model))),
    async portfolio(portfolioId, context, work) {
      const unknown = { status: 'not_found', what: 'portfolio', id: portfolioId } as const;
      if (context.portfolios && !context.portfolios.has(portfolioId)) return unknown;
      return run(context, portfolioId, async (model) => {
        const row = await model.portfolio(portfolioId);
        if (!row) return unknown;
        return settle(row.version, context, () => work(model, row.portfolio, row.version));
      });
    },
    async subject(ref, context, work) {
      if (ref.kind === 'group') return { status: 'not_found', what: 'group', id: ref.group };
      return reader.portfolio(ref.portfolioId, context, (model, portfolio, version) =>
        work({ reader, model, subject: portfolioSubject(portfolio), version }),
      );
    },
  };
  return reader;
}

async function positionOf(model: ReadModel, portfolioId: string | undefined): Promise<number | undefined> {
  if (portfolioId === undefined) return (await model.version()).position;
  return (await model.portfolio(portfolioId))?.version.position;
}
