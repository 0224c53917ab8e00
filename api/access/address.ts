/** Where a request comes from, for limits. */

/**
 * The address a request came from: of the connection, or, behind proxies, what the outermost trusted one
 * says. What a caller writes into the header itself stands further left and is not looked at.
 */
export function callerAddress(
  connection: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const direct = connection ?? 'unknown';
  if (trustedProxies === 0 || forwardedFor === undefined) return direct;
  const hops = [...forwardedFor.split(',').map((hop) => hop.trim()), direct];
  return hops[Math.max(0, hops.length - 1 - trustedProxies)]!.slice(0, 64);
}
