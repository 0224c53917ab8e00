/** Networks that nobody outside may make us talk to. */
import { BlockList, isIP } from 'node:net';

/** From the registries of special-purpose addresses (RFC 6890 and its updates). */
const IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Ways to write or to reach an IPv4 address are among them. */
const IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

// Lists apart: the runtime holds IPv4 addresses against rules for mapped ones as well.
const v4 = new BlockList();
for (const [network, prefix] of IPV4) v4.addSubnet(network, prefix, 'ipv4');
const v6 = new BlockList();
for (const [network, prefix] of IPV6) v6.addSubnet(network, prefix, 'ipv6');

/** Whether it is an address of the public internet; `false` for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !v4.check(address, 'ipv4');
  // A zone (`fe80::1%eth0`) is for addresses of a link only.
  return family === 6 && !address.includes('%') && !v6.check(address, 'ipv6');
}
