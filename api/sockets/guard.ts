/** Who connects: known before the connection is upgraded, and asked after for as long as it lasts. */
import type { IncomingMessage } from 'node:http';
import { isExpired, LOCAL } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { Access, Refused } from '../access/access.ts';
import { callerAddress } from '../access/address.ts';
import { bearerToken, protocolToken } from '../access/bearer.ts';

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

/** @param now Unix milliseconds */
export function createSocketGuard(access: Access, now: () => number = Date.now): SocketGuard {
  const refuse = (status: string, refusal: Refused): string => {
    access.refused(refusal);
    return status;
  };

  return {
    async ask({ headers, socket }) {
      if (!access.required) return { principal: LOCAL, inForce: () => Promise.resolve(true) };
      const forwarded = headers['x-forwarded-for'];
      const address = callerAddress(
        socket.remoteAddress,
        Array.isArray(forwarded) ? forwarded.join(',') : forwarded,
        access.trustedProxies,
      );
      const token = bearerToken(headers.authorization) ?? protocolToken(headers['sec-websocket-protocol']);
      if (token === undefined) {
        const spent = access.spend(address);
        if (spent?.allowed === false) return refuse(TOO_MANY, { reason: 'rate_limited' });
        return refuse(UNAUTHENTICATED, { reason: 'unauthenticated' });
      }
      if (!access.knows(token) && access.mayTry(address)?.allowed === false)
        return refuse(TOO_MANY, { reason: 'rate_limited' });
      const principal = await access.authenticate(token);
      if (!principal) {
        const limited = access.failed(address)?.allowed === false;
        return limited
          ? refuse(TOO_MANY, { reason: 'rate_limited' })
          : refuse(UNAUTHENTICATED, { reason: 'unauthenticated' });
      }
      const { id } = principal;
      if (access.spend(id)?.allowed === false)
        return refuse(TOO_MANY, { reason: 'rate_limited', principal: id });
      if (!principal.scopes.has('read')) return refuse(FORBIDDEN, { reason: 'forbidden', principal: id });
      return {
        principal,
        // A token of a provider is good until it ends; a key is until it is revoked.
        inForce: async () =>
          !isExpired(principal, now()) &&
          (principal.kind === 'jwt' || (await access.authenticate(token)) !== undefined),
      };
    },
  };
}
