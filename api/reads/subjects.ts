/** What figures are asked of: every such endpoint stands below a portfolio and below a group. */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { identifier } from '../../commands/schemas/fields.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import type { SubjectRef } from '../../projections/queries/subject.ts';
import { portfolioParams } from './parameters.ts';

type Params = Readonly<Record<string, string>>;

export interface SubjectRoute {
  readonly kind: 'portfolio' | 'group';
  /** Before the name of the figures. */
  readonly path: string;
  readonly tag: string;
  /** As it stands in a sentence. */
  readonly what: string;
  readonly params: ZodObject & z.ZodType<Params>;
  /** What a reply says of it. */
  readonly head: Readonly<Record<string, z.ZodType>>;
  ref(params: Params): SubjectRef;
}

/** An id has no comma, so ids with commas between are told from it. */
export const GROUP_MEMBERS_MAX = 1_000;

const groupName = z
  .string()
  .transform((text, context): string => {
    const parts = text.split(',');
    const valid = parts.every((part) => identifier.safeParse(part).success);
    if (valid && parts.length <= GROUP_MEMBERS_MAX) return text;
    context.addIssue({
      code: 'custom',
      message: `must be the id of a group, or 2 to ${GROUP_MEMBERS_MAX} ids of portfolios with commas between`,
      params: { rule: 'group' },
    });
    return z.NEVER;
  })
  .meta({
    description: 'The id of a group, or the ids of portfolios with commas between.',
    example: 'FAMILY',
  });

/** Of every path below a group, its definition and its removal included. */
export const groupParams = z.strictObject({ group_id: groupName });

const ofPortfolios: SubjectRoute = {
  kind: 'portfolio',
  path: '/v1/portfolios/{portfolio_id}',
  tag: 'Portfolios',
  what: 'a portfolio',
  params: portfolioParams,
  head: { portfolio_id: z.string() },
  ref: (params) => ofPortfolio(params['portfolio_id']!),
};

const ofGroups: SubjectRoute = {
  kind: 'group',
  path: '/v1/groups/{group_id}',
  tag: 'Groups',
  what: 'a group of portfolios taken as one',
  params: groupParams,
  head: {
    group_id: z.string().meta({ description: 'As it was asked for.' }),
    portfolio_ids: z.array(z.string()),
  },
  ref: (params) => ({ kind: 'group', group: params['group_id']! }),
};

export const SUBJECTS: readonly SubjectRoute[] = [ofPortfolios, ofGroups];
