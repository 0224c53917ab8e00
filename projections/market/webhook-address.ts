/** Which addresses alerts may be sent to, as far as their text tells. */
import { isIP } from 'node:net';
import { isPublicAddress } from './public-networks.ts';

/** Host names or `host:port` for which http and private networks are allowed; lower case. */
export type AllowedHosts = readonly string[];

const MAX_URL_LENGTH = 2_000;

/** What is wrong with it; `undefined` when nothing is. Where its name leads is seen on connecting. */
export function webhookProblem(
  text: string,
  allowed: AllowedHosts,
): { readonly rule: string; readonly message: string } | undefined {
  if (text.length > MAX_URL_LENGTH)
    return { rule: 'length', message: `must not be longer than ${MAX_URL_LENGTH}` };
  if (!URL.canParse(text)) return { rule: 'url', message: 'must be a URL' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return { rule: 'credentials', message: 'must not hold a user name or a password' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { rule: 'scheme', message: 'must begin with https://' };
  if (isAllowedHost(url, allowed)) return undefined;
  if (url.protocol === 'http:')
    return {
      rule: 'scheme',
      message: 'must begin with https://; http is for the hosts of ALERT_WEBHOOK_HOSTS',
    };
  // The URL's parser has brought every way to write an IPv4 address to the one form.
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(literal) === 0 || isPublicAddress(literal)
    ? undefined
    : { rule: 'address', message: 'leads into a private network' };
}

/** Whether an operator vouches for the host. */
export function isAllowedHost({ hostname, port, protocol }: URL, allowed: AllowedHosts): boolean {
  const effective = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return allowed.includes(hostname) || allowed.includes(`${hostname}:${effective}`);
}
