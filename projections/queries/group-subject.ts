/** Portfolios taken as one: who they are, how far their days have come, which state of the books they show. */
import { createHash } from 'node:crypto';
import { day, isoDate } from '../../domain/dates.ts';
import type { GroupDetails } from '../../domain/events.ts';
import type { DefinitionReads } from '../definitions/definitions.ts';
import type { Member } from './group-rows.ts';
import type { ReadModel, Version } from './read-model.ts';
import type { PortfolioRow } from './rows.ts';
import type { Subject } from './subject.ts';

/** A group as it was asked for: stored by its id, or made of the ids of portfolios. */
export interface NamedGroup {
  readonly id: string;
  /** Each once, in their order. */
  readonly portfolioIds: readonly string[];
  readonly stored?: { readonly details: GroupDetails; readonly position: number };
}

/**
 * @param id ids of portfolios with commas between, or the id of a stored group
 * @param position as the group was defined then
 */
export async function groupNamed(
  id: string,
  definitions: Pick<DefinitionReads, 'at'> | undefined,
  position?: number,
): Promise<NamedGroup | undefined> {
  if (id.includes(',')) return { id, portfolioIds: [...new Set(id.split(','))] };
  const known = await definitions?.at(position);
  const details = known?.groups.get(id);
  if (!details) return undefined;
  const portfolioIds = [...new Set(details.portfolio_ids)];
  return { id, portfolioIds, stored: { details, position: known!.position } };
}

/** A stored group is in its own currency; another in its members' where it is the same, else in the first's. */
export function groupSubject(group: NamedGroup, members: readonly PortfolioRow[]): Subject {
  const details = group.stored?.details;
  const begun = members.filter(hasBegun);
  const first = least(begun.map((member) => member.first_date));
  const complete = least(begun.map(completeThrough));
  return {
    kind: 'group',
    id: group.id,
    name: details?.name ?? null,
    members,
    currency:
      details?.currency ??
      members.find(({ portfolio_id: id }) => id === group.portfolioIds[0])!.base_currency,
    first_date: first,
    latest_date: least(begun.flatMap((member) => member.latest_date ?? [])),
    complete_through: first !== null && complete !== null && complete >= first ? complete : null,
  };
}

/** What tells the rates between the currencies of a group's members and its own. */
export async function groupRates({ members, currency }: Subject, model: ReadModel): Promise<string> {
  const bases = new Set([currency, ...members.map((row) => row.base_currency)]);
  return bases.size > 1 ? model.fxDigest([...bases]) : '';
}

/**
 * The state of all members together: as old as the oldest of them, and another whenever that of any of them,
 * the definition of the group, or a rate between their currencies and the group's is another.
 */
export function groupVersion(
  group: NamedGroup,
  { currency }: Subject,
  members: readonly Member[],
  rates: string,
): Version {
  const tags = members.map(({ portfolio, version }) => `${portfolio.portfolio_id} ${version.tag}`);
  const digest = createHash('sha256')
    .update([currency, group.stored?.position ?? '', rates, ...tags].join('\n'))
    .digest('base64url')
    .slice(0, 24);
  const replayed = members.some(({ version }) => version.tag.startsWith('replay.'));
  return {
    position: Math.min(...members.map(({ version }) => version.position)),
    tag: `${replayed ? 'replay.' : ''}group.${digest}`,
  };
}

/** A member whose first day is not complete holds the group up from that day on, not before it. */
function completeThrough({ first_date: first, complete_through: through }: PortfolioRow & Begun): string {
  return through !== null && through >= first ? through : isoDate(day(first) - 1);
}

interface Begun {
  readonly first_date: string;
}

function hasBegun(member: PortfolioRow): member is PortfolioRow & Begun {
  return member.first_date !== null;
}

function least(dates: readonly string[]): string | null {
  return dates.reduce<string | null>((found, date) => (found === null || date < found ? date : found), null);
}
