/** The made-up world of the sample traffic: one tenant, its members, its guests, and addresses that are kept for documentation. */
import { createHash } from 'node:crypto';

/** A stable id in the shape of a UUID, from whatever names the thing. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const TENANT = idOf('tenant contoso');
const MEMBER_DOMAIN = 'contoso.example';
/** The domain that a tenant's names for its guests end in. */
const TENANT_DOMAIN = 'contoso.onmicrosoft.example';

export interface Person {
  readonly name: string;
  /** As the person is known at home. */
  readonly upn: string;
  /** In our tenant. */
  readonly objectId: string;
  readonly homeTenant: string;
}

/** Someone of our own: `Bob Meyer` is `bob.meyer@contoso.example`. */
export function member(name: string): Person {
  const upn = `${name.toLowerCase().replaceAll(' ', '.')}@${MEMBER_DOMAIN}`;
  return { name, upn, objectId: idOf(upn), homeTenant: TENANT };
}

/** Someone of another company, invited into our tenant: `Ann` of `partner.example` is `ann@partner.example`. */
export function guest(name: string, domain: string): Person {
  const upn = `${name.toLowerCase().replaceAll(' ', '.')}@${domain}`;
  return { name, upn, objectId: idOf(`guest ${upn}`), homeTenant: idOf(`tenant ${domain}`) };
}

/** The name that our tenant gives to a guest: `ann_partner.example#EXT#@contoso.onmicrosoft.example`. */
export const externalUpn = ({ upn }: Person): string => `${upn.replace('@', '_')}#EXT#@${TENANT_DOMAIN}`;

/** An address out of the ranges kept for documentation, one of 254 each. */
export const officeIp = (n: number): string => `192.0.2.${1 + (n % 254)}`;
export const guestIp = (n: number): string => `198.51.100.${1 + (n % 254)}`;
export const strangeIp = (n: number): string => `203.0.113.${1 + (n % 254)}`;

const FIRST_NAMES = 'Ada Ben Cleo Dan Eva Finn Gina Hugo Ines Jan Kim Leo Mia Nils Olga Paul Quinn Rosa Sam Tess'.split(
  ' ',
);
const LAST_NAMES =
  'Adler Braun Costa Diaz Engel Fuchs Garcia Haas Ito Jensen Klein Lund Moreau Novak Okafor Park'.split(' ');
const COMPANIES = ['partner.example', 'fabrikam.example', 'supplier.example', 'agency.example', 'auditor.example'];

/** The n-th of 320 people who have no part of their own. */
export const someName = (n: number): string =>
  `${FIRST_NAMES[n % FIRST_NAMES.length]} ${LAST_NAMES[Math.floor(n / FIRST_NAMES.length) % LAST_NAMES.length]}`;
export const someCompany = (n: number): string => COMPANIES[n % COMPANIES.length]!;
