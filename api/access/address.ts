/** Where a request comes from, for limits. */
import { isIPv4, isIPv6 } from 'node:net';

const UNKNOWN = 'unknown';

/**
 * The address a request came from: of the connection, or, behind proxies, what the outermost trusted one
 * says. What a caller writes into the header itself stands further left and is not looked at.
 * @returns an IPv4 address, or the first 64 bits of an IPv6 one, as whoever has one of those has all; `unknown`
 *   for what is neither, whatever a proxy or a caller past all proxies wrote
 */
export function callerAddress(
  connection: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const direct = connection ?? UNKNOWN;
  if (trustedProxies === 0 || forwardedFor === undefined) return network(direct);
  const hops = [...forwardedFor.split(',').map((hop) => hop.trim()), direct];
  return network(hops[Math.max(0, hops.length - 1 - trustedProxies)]!);
}

/** Some proxies write the port too, which every connection has another one of. */
const WITH_PORT = /^(?:(\d+(?:\.\d+){3})|\[([^\]]+)\])(?::\d+)?$/;

function network(text: string): string {
  const [, v4, v6] = WITH_PORT.exec(text) ?? [];
  const address = v4 ?? v6 ?? text;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return UNKNOWN;
  if (address.includes('.')) return address;
  return `${groupsOf(address.split('%')[0]!).slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, each written in one way. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const left = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...left, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}
