/** Which addresses may be sent to: a webhook's URL must not become a way into the network that the service stands in. */
import ipaddr from 'ipaddr.js';

/** What a webhook may reach beside the public internet. */
export type Reach = 'public' | 'private';

/** Ranges of one's own network: only for a webhook whose name is allowed there. */
const OWN = new Set(['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'deprecatedSiteLocal']);
/** Public by its number, but answered by the platform that the machine runs on. */
const PLATFORM = new Set(['168.63.129.16']);

/** What an address is: public, of one's own network, or nothing that anything may be sent to. */
export function placeOf(text: string): 'public' | 'own' | 'never' {
  if (!ipaddr.isValid(text)) return 'never';
  const address = ipaddr.parse(text);
  const inner = address instanceof ipaddr.IPv6 ? embedded(address) : null;
  if (inner !== null) return placeOf(inner);
  if (PLATFORM.has(address.toString())) return 'own';
  const range = address.range();
  if (OWN.has(range)) return 'own';
  return range === 'unicast' && isAssigned(address) ? 'public' : 'never';
}

/** Why an address may not be sent to, in words; null where it may. */
export function refusalOf(text: string, reach: Reach): string | null {
  const place = placeOf(text);
  if (place === 'public') return null;
  if (place === 'own' && reach === 'private') return null;
  return place === 'own'
    ? `${text} is an address of one's own network, and the webhook does not say allowPrivate`
    : `${text} is an address that nothing may be sent to`;
}

/** Of the next version of addresses only this part is given out. */
const isAssigned = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(ipaddr.IPv6.parse('2000::'), 3);

/** The older address that an address leads to: mapped, compatible, translated, or through a relay. */
function embedded(address: ipaddr.IPv6): string | null {
  const bytes = address.toByteArray();
  const v4 = (at: number): string => bytes.slice(at, at + 4).join('.');
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
    case 'rfc6052':
      return v4(12);
    case '6to4':
      return v4(2);
    case 'unicast':
      return bytes.slice(0, 12).every((byte) => byte === 0) ? v4(12) : null;
    default:
      return null;
  }
}
