/** Who may come in: before anything of a request is read, its caller is known and may do what it asks. */
import type { IncomingMessage } from 'node:http';
import { LOCAL, isLimited } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { RefusalCause } from '../../domain/access/refusal.ts';
import type { ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import type { Access, Allowance, Requirement } from './access.ts';
import { callerAddress } from './address.ts';
import { bearerToken } from './bearer.ts';
import type { Visit } from './visit.ts';

/** Whoever is not known: no scopes, no portfolios. */
export const NOBODY: Principal = { id: 'nobody', kind: 'key', scopes: new Set(), portfolios: new Set() };

/**
 * Leaves the principal in the context.
 * @throws Problem `unauthenticated`, `forbidden` or `rate-limited`, without a reason that would help to guess
 */
export async function admit(c: ApiContext, { scope, allPortfolios, anyPage }: Requirement): Promise<void> {
  const access = c.get('access');
  if (!access.required) {
    if (scope !== 'public' && !anyPage && access.turnsAway(visitOf(c))) throw elsewhere(access);
    c.set('principal', LOCAL);
    return;
  }
  if (scope === 'public') {
    c.set('principal', NOBODY);
    spend(c, access, addressOf(c, access));
    return;
  }
  const principal = await identify(c, access);
  c.set('principal', principal);
  spend(c, access, principal.id, principal);
  if (!principal.scopes.has(scope)) throw forbidden(access, principal, 'scope', `needs the scope ${scope}`);
  if (!isLimited(principal)) return;
  if (allPortfolios) throw forbidden(access, principal, 'limited', 'is for principals of all portfolios');
  const portfolioId = c.req.param('portfolio_id');
  if (portfolioId !== undefined && !principal.portfolios.has(portfolioId))
    access.refused({ cause: 'portfolio', principal: principal.id });
}

async function identify(c: ApiContext, access: Access): Promise<Principal> {
  const address = addressOf(c, access);
  const token = bearerToken(c.req.header('Authorization'));
  if (token === undefined) {
    spend(c, access, address);
    access.refused({ cause: 'missing' });
    throw unauthenticated(false);
  }
  if (!access.knows(token)) {
    const tries = access.mayTry(address);
    if (tries?.allowed === false) throw limited(c, access, tries);
  }
  const found = await access.authenticate(token);
  if (typeof found !== 'string') return found;
  if (found === 'provider') throw unverifiable(c, access, address);
  const left = access.failed(address);
  if (left?.allowed === false) throw limited(c, access, left);
  access.refused({ cause: found });
  throw unauthenticated(true);
}

function spend(c: ApiContext, access: Access, who: string, principal?: Principal): void {
  const allowance = access.spend(who);
  if (!allowance) return;
  c.set('allowance', allowance);
  if (!allowance.allowed) throw limited(c, access, allowance, principal);
}

function limited(c: ApiContext, access: Access, allowance: Allowance, principal?: Principal): Problem {
  c.set('allowance', allowance);
  access.refused({ cause: 'rate', ...(principal ? { principal: principal.id } : {}) });
  return new Problem('rate-limited', 'too many requests; try again later', {
    headers: { 'Retry-After': String(allowance.retryAfter) },
  });
}

function forbidden(access: Access, { id }: Principal, cause: RefusalCause, rule: string): Problem {
  access.refused({ cause, principal: id });
  return new Problem('forbidden', `this request ${rule}`);
}

function elsewhere(access: Access): Problem {
  access.refused({ cause: 'elsewhere' });
  return new Problem(
    'forbidden',
    'access is off here, which is for programs and pages of this machine under its own name: name the page or the ' +
      'host in CORS_ORIGINS, or set ACCESS=required',
  );
}

/** It may be a good one: its bearer is not to take it for a bad one. */
function unverifiable(c: ApiContext, access: Access, address: string): Problem {
  spend(c, access, address);
  access.refused({ cause: 'provider' });
  return new Problem('unavailable', 'the token cannot be verified just now; try again', {
    headers: { 'Retry-After': '5' },
  });
}

/** The same for a token of any fault, so that nothing can be learnt by trying. */
function unauthenticated(offered: boolean): Problem {
  return new Problem('unauthenticated', 'a bearer token that is valid is needed', {
    headers: {
      'WWW-Authenticate': `Bearer realm="chronofolio"${offered ? ', error="invalid_token"' : ''}`,
    },
  });
}

function visitOf(c: ApiContext): Visit {
  return {
    method: c.req.method,
    host: c.req.header('Host'),
    origin: c.req.header('Origin'),
    site: c.req.header('Sec-Fetch-Site'),
    mode: c.req.header('Sec-Fetch-Mode'),
    forwardedFor: c.req.header('X-Forwarded-For'),
  };
}

/** The server of Node hands the request over; without one, as in tests, there is no address. */
function addressOf(c: ApiContext, { trustedProxies }: Access): string {
  const incoming: unknown = typeof c.env === 'object' && c.env !== null && Reflect.get(c.env, 'incoming');
  return callerAddress(
    isIncoming(incoming) ? incoming.socket.remoteAddress : undefined,
    c.req.header('X-Forwarded-For'),
    trustedProxies,
  );
}

function isIncoming(value: unknown): value is Pick<IncomingMessage, 'socket'> {
  return typeof value === 'object' && value !== null && 'socket' in value;
}
