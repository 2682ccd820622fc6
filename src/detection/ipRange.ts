/** Ranges of IP addresses, in CIDR notation: the one file of the core that leans on ipaddr.js. */
import ipaddr from 'ipaddr.js';

/** The widest ranges that anyone can vouch for: a large site's in IPv4, a provider's allocation in IPv6. */
export const IPV4_PREFIX_MIN = 16;
export const IPV6_PREFIX_MIN = 32;
const MAPPED_PREFIX = 96;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type IpRange =
  /** `text` is the range in one way of writing. */
  { readonly kind: 'range'; readonly text: string } | { readonly kind: 'not_a_range' } | { readonly kind: 'too_wide' };

/** An address, one that maps IPv4 as IPv4; null for what is no address in its usual form. */
function addressOf(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function networkOf(text: string): { readonly base: Address; readonly prefix: number } | null {
  const [, written = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = addressOf(written);
  if (base === null) return null;
  const isMapped = base.kind() === 'ipv4' && written.includes(':');
  const bits = base.kind() === 'ipv4' ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits) - (isMapped ? MAPPED_PREFIX : 0);
  // A mapped range that is wider than all of IPv4 is at least that wide.
  return prefix > bits ? null : { base, prefix: Math.max(0, prefix) };
}

/** Reads an address or a range. Bits behind the prefix are set aside. */
export function readIpRange(text: string): IpRange {
  const network = networkOf(text);
  if (network === null) return { kind: 'not_a_range' };
  const { base, prefix } = network;
  if (prefix < (base.kind() === 'ipv4' ? IPV4_PREFIX_MIN : IPV6_PREFIX_MIN)) return { kind: 'too_wide' };
  const first =
    base.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${base.toString()}/${prefix}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${base.toString()}/${prefix}`);
  return { kind: 'range', text: `${first.toString()}/${prefix}` };
}

/** Whether an address lies in a range; what is no address lies in none. */
export function isInRange(ip: string, range: string): boolean {
  const address = addressOf(ip);
  const network = networkOf(range);
  if (address === null || network === null || address.kind() !== network.base.kind()) return false;
  return address.match(network.base as never, network.prefix);
}
