/** What figures are asked of: one portfolio, or several taken as one. */
import type { Member } from './group-rows.ts';
import type { ReadModel, Version } from './read-model.ts';
import type { Reader } from './reading.ts';
import type { PortfolioRow } from './rows.ts';

/** `group` is the id of a group, or the ids of portfolios with commas between. */
export type SubjectRef =
  | { readonly kind: 'portfolio'; readonly portfolioId: string }
  | { readonly kind: 'group'; readonly group: string };

export function ofPortfolio(portfolioId: string): SubjectRef {
  return { kind: 'portfolio', portfolioId };
}

export interface Subject {
  readonly kind: 'portfolio' | 'group';
  /** As it was asked for. */
  readonly id: string;
  readonly name: string | null;
  /** By id; exactly one of a portfolio. */
  readonly members: readonly PortfolioRow[];
  /** The figures are in it unless another is asked for. */
  readonly currency: string;
  readonly first_date: string | null;
  /** The open day. */
  readonly latest_date: string | null;
  /** Every day up to this one is complete in every member. */
  readonly complete_through: string | null;
}

/** What a read of a subject runs on. */
export interface SubjectSource {
  readonly reader: Reader;
  readonly model: ReadModel;
  readonly subject: Subject;
  /** Those of the subject, each with its own version. */
  readonly members: readonly Member[];
  readonly version: Version;
  /** What tells the rates between the currencies of a group; empty where there is only one. */
  readonly rates: string;
}

export function portfolioSubject(portfolio: PortfolioRow): Subject {
  return {
    kind: 'portfolio',
    id: portfolio.portfolio_id,
    name: portfolio.name,
    members: [portfolio],
    currency: portfolio.base_currency,
    first_date: portfolio.first_date,
    latest_date: portfolio.latest_date,
    complete_through: portfolio.complete_through,
  };
}

/** The members of a reply that say what it is about. */
export interface SubjectHead {
  readonly portfolio_id?: string;
  readonly group_id?: string;
  /** Of a group. */
  readonly portfolio_ids?: readonly string[];
}

export function subjectHead({ kind, id, members }: Subject): SubjectHead {
  return kind === 'portfolio'
    ? { portfolio_id: id }
    : { group_id: id, portfolio_ids: members.map((member) => member.portfolio_id) };
}

/** Names a subject by itself, whatever the state of its books. */
export function subjectName(source: SubjectSource): string {
  const { subject } = source;
  // What was replayed stays as it is, and a position leads to no other.
  return isReplayed(source) ? subjectKey(source) : [subject.kind, subject.id, subject.currency].join('\n');
}

function isReplayed({ version }: SubjectSource): boolean {
  return version.tag.startsWith('replay.');
}

/** Names everything that the figures of a subject depend on, in its own currency. */
export function subjectKey(source: SubjectSource): string {
  const { subject, version } = source;
  // A replay is told apart by its position alone; of the tables the tag tells all, whatever else went on.
  const known = isReplayed(source) ? version.position : '';
  const members = subject.members.map(({ portfolio_id: id, first_date, latest_date, complete_through }) =>
    [id, first_date, latest_date, complete_through].join(' '),
  );
  return [subject.kind, subject.id, subject.currency, ...members, version.tag, known].join('\n');
}
