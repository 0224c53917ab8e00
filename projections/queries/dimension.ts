/** What positions are put together by: themselves, or an attribute of their securities. */
import type { HeldSecurityRow } from './position-reads.ts';

export const DIMENSIONS = [
  'position',
  'security',
  'portfolio',
  'asset_class',
  'sector',
  'country',
  'currency',
  'type',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What has no such attribute. */
export const UNCLASSIFIED = 'unclassified';

export interface Segment {
  /** The attribute's value, or the id of the security or portfolio. */
  readonly key: string;
  /** Of a security. */
  readonly name: string | null;
  /** Of a position. */
  readonly portfolio_id: string | null;
}

/** Attributes are those known now (or at `known_at`), whatever they once were. */
export function segmentOf(by: Dimension, held: HeldSecurityRow): Segment {
  switch (by) {
    case 'position':
      return { key: held.security_id, name: held.name, portfolio_id: held.portfolio_id };
    case 'security':
      return { key: held.security_id, name: held.name, portfolio_id: null };
    case 'portfolio':
      return { key: held.portfolio_id, name: null, portfolio_id: null };
    case 'currency':
    case 'type':
      return { key: held[by], name: null, portfolio_id: null };
    case 'asset_class':
    case 'sector':
    case 'country':
      return { key: held[by] ?? without(held), name: null, portfolio_id: null };
    default:
      return by satisfies never;
  }
}

/** Cash is rarely given a class, a sector or a country, and is none of the others' either. */
function without({ type }: HeldSecurityRow): string {
  return type === 'cash' ? type : UNCLASSIFIED;
}

/** Tells segments apart. */
export function segmentId({ key, portfolio_id }: Segment): string {
  return portfolio_id === null ? key : `${portfolio_id}\n${key}`;
}

/** By portfolio, then by key; what is unclassified comes last. */
export function compareSegments(a: Segment, b: Segment): number {
  const [left, right] = [a, b].map(
    ({ key, portfolio_id }) => [portfolio_id ?? '', key === UNCLASSIFIED ? '1' : '0', key] as const,
  );
  for (const [i, text] of left!.entries()) if (text !== right![i]) return text < right![i]! ? -1 : 1;
  return 0;
}
