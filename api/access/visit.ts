/**
 * Requests that come to loopback and yet from elsewhere. Where nobody has to say who they are, being on this
 * machine is all that is asked of a caller. The browser of whoever sits at it is on this machine whatever page
 * it shows, and so is a proxy whoever it works for.
 */
import { isIP } from 'node:net';

export interface Visit {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  /** `X-Forwarded-For`. */
  readonly forwardedFor: string | undefined;
}

/** A name or an address, and no more of a URL. */
const HOST = /^[\w.:[\]-]+$/;
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const LOOPBACK_HOP = /^(127(\.\d{1,3}){3}(:\d+)?|::1|\[::1\](:\d+)?|::ffff:127(\.\d{1,3}){3})$/i;

/**
 * Whether a page from elsewhere asks, or a proxy for somebody elsewhere. Programs send neither `Origin` nor
 * `Sec-Fetch-Site`, and address this machine as what it is: by `localhost` or a number. Another name may be one
 * that a page had resolved to this machine, to be of one origin with it.
 * @param origins that may ask in spite of it, as may their names; `*` is none of them
 */
export function isForeign(visit: Visit, origins: readonly string[]): boolean {
  const { method, host, origin, site, mode, forwardedFor } = visit;
  if (forwardedFor !== undefined && !forwardedFor.split(',').every((hop) => LOOPBACK_HOP.test(hop.trim())))
    return true;
  if (host !== undefined) {
    const name = HOST.test(host) ? nameIn(`http://${host}`) : undefined;
    if (name === undefined) return true;
    if (!isOfHere(name) && !origins.some((one) => nameIn(one) === name)) return true;
  }
  if (origin === undefined) {
    const reading = READING.has(method);
    // A link that somebody follows shows its page nothing. What a page embeds tells it at least how long it took.
    if (site === 'cross-site') return !reading || mode !== 'navigate';
    return site === 'same-site' && !reading;
  }
  return !origins.includes(origin) && !isLocal(nameIn(origin)) && origin !== `http://${host}`;
}

/** `undefined` where there is none, as in the origin `null`. */
function nameIn(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** No name that has to be resolved. */
function isOfHere(name: string): boolean {
  return isLocal(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

function isLocal(name: string | undefined): boolean {
  return name !== undefined && /^(([a-z0-9-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])$/.test(name);
}
