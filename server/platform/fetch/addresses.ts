// Which addresses belong to the public internet. Everything else is refused, so that no stranger can make this server
// talk to itself, to its neighbours or to the machine's cloud provider.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Block = readonly [network: string, prefixLength: number];

// IANA's registry of special-purpose IPv4 addresses, with multicast and the reserved class E.
const SPECIAL_IPV4: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

// Inside 2000::/3, the only part of IPv6 that is given out: protocol assignments (with Teredo and ORCHID),
// documentation, 6to4 (it wraps IPv4 addresses), AS112, the old 6bone.
const SPECIAL_IPV6: readonly Block[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3ffe::', 16],
  ['3fff::', 20],
];

const specialIpv4 = SPECIAL_IPV4.map(toBytes);
const specialIpv6 = SPECIAL_IPV6.map(toBytes);
const globalIpv6 = toBytes(['2000::', 3]);

/**
 * Whether an IP address (not a host name) is one that anybody on the internet may have. IPv4 inside IPv6, in any of
 * its wrappings, is not. Anything that is no address is not either.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  // A zone (`fe80::1%eth0`) only goes with addresses of the local link.
  if (version === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  const bytes = parsed.toByteArray();
  // Our table decides; the library's own table is asked too, for what either may lack.
  if (parsed.range() !== 'unicast') return false;
  if (version === 4) return !specialIpv4.some((block) => isInside(bytes, block));
  return isInside(bytes, globalIpv6) && !specialIpv6.some((block) => isInside(bytes, block));
}

interface ByteBlock {
  bytes: number[];
  prefixLength: number;
}

function toBytes([network, prefixLength]: Block): ByteBlock {
  return { bytes: ipaddr.parse(network).toByteArray(), prefixLength };
}

function isInside(bytes: number[], block: ByteBlock): boolean {
  for (let index = 0; index * 8 < block.prefixLength; index += 1) {
    const bits = Math.min(8, block.prefixLength - index * 8);
    const mask = (0xff << (8 - bits)) & 0xff;
    if (((bytes[index] ?? 0) & mask) !== ((block.bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}
