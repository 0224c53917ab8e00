/** Who connects: known before the connection is upgraded, and asked after for as long as it lasts. */
import type { IncomingMessage } from 'node:http';
import { isExpired, LOCAL } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { Access } from '../access/access.ts';
import { callerAddress } from '../access/address.ts';
import { bearerToken, protocolToken } from '../access/bearer.ts';
import type { Refused } from '../access/refusal.ts';
import type { Visit } from '../access/visit.ts';

export interface Guest {
  readonly principal: Principal;
  /** Whether the key or token that it came in with is still good. */
  inForce(): Promise<boolean>;
}

/** A status line, where it may not come in. */
export type Entry = Guest | string;

export interface SocketGuard {
  ask(request: IncomingMessage): Promise<Entry>;
}

const UNAUTHENTICATED = '401 Unauthorized';
const FORBIDDEN = '403 Forbidden';
const TOO_MANY = '429 Too Many Requests';
const UNAVAILABLE = '503 Service Unavailable';

/** @param now Unix milliseconds */
export function createSocketGuard(access: Access, now: () => number = Date.now): SocketGuard {
  const refuse = (status: string, refusal: Refused): string => {
    access.refused(refusal);
    return status;
  };

  return {
    async ask({ headers, socket }) {
      if (!access.required)
        return access.turnsAway(visitOf(headers))
          ? refuse(FORBIDDEN, { cause: 'elsewhere' })
          : { principal: LOCAL, inForce: () => Promise.resolve(true) };
      const address = callerAddress(socket.remoteAddress, forwardedBy(headers), access.trustedProxies);
      const token = bearerToken(headers.authorization) ?? protocolToken(headers['sec-websocket-protocol']);
      if (token === undefined) {
        const spent = access.spend(address);
        if (spent?.allowed === false) return refuse(TOO_MANY, { cause: 'rate' });
        return refuse(UNAUTHENTICATED, { cause: 'missing' });
      }
      if (!access.knows(token) && access.mayTry(address)?.allowed === false)
        return refuse(TOO_MANY, { cause: 'rate' });
      const principal = await access.authenticate(token);
      if (typeof principal === 'string') {
        if (principal === 'provider') return refuse(UNAVAILABLE, { cause: principal });
        return access.failed(address)?.allowed === false
          ? refuse(TOO_MANY, { cause: 'rate' })
          : refuse(UNAUTHENTICATED, { cause: principal });
      }
      const { id } = principal;
      if (access.spend(id)?.allowed === false) return refuse(TOO_MANY, { cause: 'rate', principal: id });
      if (!principal.scopes.has('read')) return refuse(FORBIDDEN, { cause: 'scope', principal: id });
      return {
        principal,
        // A token of a provider is good until it ends; a key is until it is revoked.
        inForce: async () =>
          !isExpired(principal, now()) &&
          (principal.kind === 'jwt' || typeof (await access.authenticate(token)) !== 'string'),
      };
    },
  };
}

/** A browser never leaves out the origin of a page that opens one. */
function visitOf(headers: IncomingMessage['headers']): Visit {
  const { host, origin } = headers;
  return {
    method: 'GET',
    host,
    origin,
    site: undefined,
    mode: undefined,
    forwardedFor: forwardedBy(headers),
  };
}

function forwardedBy({ 'x-forwarded-for': forwarded }: IncomingMessage['headers']): string | undefined {
  return Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
}
