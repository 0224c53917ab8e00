/** From the claims of a token whose signature, issuer, audience and times are good to its principal. */
import { z } from 'zod';
import { identifier } from '../../commands/schemas/fields.ts';
import { isScope } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';

const MOST_PORTFOLIOS = 1_000;
const PREFIX = 'chronofolio:';

const claims = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  exp: z.number(),
  /** Others' scopes may stand between ours. */
  scope: z.string().max(4_096).optional(),
  /** `*` or `["*"]` is all. Without the claim it is none, not all. */
  portfolios: z
    .union([z.literal('*'), z.array(z.union([z.literal('*'), identifier])).max(MOST_PORTFOLIOS)])
    .optional(),
});

/** `undefined` where the claims do not say whose they are, or are not of the form agreed. */
export function jwtPrincipal(given: unknown): Principal | undefined {
  const parsed = claims.safeParse(given);
  if (!parsed.success) return undefined;
  const { sub, exp, scope = '', portfolios = [] } = parsed.data;
  const names = scope.split(' ').map((name) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name));
  const all = portfolios === '*' || portfolios.includes('*');
  return {
    id: `jwt:${sub}`,
    kind: 'jwt',
    scopes: new Set(names.filter(isScope)),
    expiresAt: exp * 1_000,
    ...(all ? {} : { portfolios: new Set(portfolios) }),
  };
}
