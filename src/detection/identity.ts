/** How accounts, objects and tenants are named, and when two spellings mean the same one. */
import type { SignIn } from './fact.ts';

const NO_OBJECT = '00000000-0000-0000-0000-000000000000';

/** Folds A to Z and nothing else: what the rule's `=~` and `in~` do. */
export const asciiLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Lower case, or null where there is no text. */
export const lowerOrNull = (text: string): string | null => (text === '' ? null : text.toLowerCase());

/** An object id in lower case; null for the empty and the all-zero one, which name no object. */
export const objectIdOf = (text: string): string | null => (text === NO_OBJECT ? null : lowerOrNull(text));

const EXTERNAL_MARK = /#ext#/i;
const HOME_PREFIX = /^(?:live\.com|guest)#/i;

/**
 * The UPN by which an account is known at home, read back from the form that the inviting tenant gives it:
 * `ann_partner.com#EXT#@contoso.onmicrosoft.com` and `live.com#ann@partner.com` are both `ann@partner.com`.
 * The first mark counts, so that a guest invited on from tenant to tenant still has one home. Text of which nothing would be left
 * stays as it is.
 */
export function homeUpn(upn: string): string {
  const mark = upn.search(EXTERNAL_MARK);
  const local = mark < 0 ? upn : withDomain(upn.slice(0, mark));
  return local.replace(HOME_PREFIX, '') || upn;
}

/** DNS labels hold no `_` and local parts do, so the last one stands where the `@` was. */
function withDomain(local: string): string {
  const at = local.lastIndexOf('_');
  return at < 0 ? local : `${local.slice(0, at)}@${local.slice(at + 1)}`;
}

/** Whether one of our own signed in to another tenant as its guest: logged here too, but no guest here. */
export function isOutbound(signIn: Pick<SignIn, 'tenantId' | 'resourceTenantId'>): boolean {
  return signIn.resourceTenantId !== null && signIn.resourceTenantId !== signIn.tenantId;
}
