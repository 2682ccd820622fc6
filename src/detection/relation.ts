/** Whether an operation and a sign-in are of one identity, in either view; time plays no part here. */
import type { Operation, SignIn } from './fact.ts';
import { homeUpn, isOutbound } from './identity.ts';
import { type Label, labelOf } from './label.ts';
import type { NameMatch, ReasonCode } from './rule.ts';

/** What of an operation decides which sign-ins are its own. Operations of equal profile have equal relations. */
export interface Profile {
  readonly tenantId: string;
  readonly upn: string;
  readonly home: string;
  readonly objectId: string | null;
  readonly nameMatch: Exclude<NameMatch, 'none'>;
  readonly hasTargets: boolean;
}

/** What of a sign-in decides which operations are its own. */
export interface GuestIdentity {
  readonly tenantId: string;
  readonly upn: string;
  readonly home: string;
  readonly objectId: string | null;
  readonly outbound: boolean;
}

export function profileOf(operation: Operation): Profile {
  return {
    tenantId: operation.tenantId,
    upn: operation.actorUpn,
    home: homeUpn(operation.actorUpn),
    objectId: operation.actorObjectId,
    nameMatch: operation.nameMatch,
    hasTargets: operation.targets.length > 0,
  };
}

export function guestIdentityOf(signIn: SignIn): GuestIdentity {
  return {
    tenantId: signIn.tenantId,
    upn: signIn.upn,
    home: homeUpn(signIn.upn),
    objectId: signIn.objectId,
    outbound: isOutbound(signIn),
  };
}

/** One text for an identity, equal for equal ones. */
export const guestIdentityKey = (guest: GuestIdentity): string =>
  JSON.stringify([guest.tenantId, guest.upn, guest.objectId, guest.outbound]);

/** Each predicate that decides, as it held or failed. */
export interface Predicates {
  readonly sameTenant: boolean;
  readonly upnEqual: boolean;
  readonly actorHasUpn: boolean;
  readonly guestHasUpn: boolean;
  /** Null where a side has no object id. */
  readonly objectIdEqual: boolean | null;
  readonly homeUpnEqual: boolean;
  readonly inbound: boolean;
  readonly nameListed: boolean;
  readonly hasTargets: boolean;
}

export function predicatesOf(profile: Profile, guest: GuestIdentity): Predicates {
  const bothIds = profile.objectId !== null && guest.objectId !== null;
  return {
    sameTenant: profile.tenantId === guest.tenantId,
    upnEqual: profile.upn !== '' && profile.upn === guest.upn,
    actorHasUpn: profile.upn !== '',
    guestHasUpn: guest.upn !== '',
    objectIdEqual: bothIds ? profile.objectId === guest.objectId : null,
    homeUpnEqual: profile.home !== '' && profile.home === guest.home,
    inbound: !guest.outbound,
    nameListed: profile.nameMatch === 'exact',
    hasTargets: profile.hasTargets,
  };
}

/** The label that one sign-in gives to an operation when they are near enough in time; empty when they never match. */
export function relate(profile: Profile, guest: GuestIdentity): Label {
  const held = predicatesOf(profile, guest);
  if (!held.sameTenant) return '';
  const strict = held.upnEqual && held.nameListed && held.hasTargets;
  const resolved = held.inbound && (held.objectIdEqual ?? held.homeUpnEqual);
  return labelOf(strict, resolved, resolved ? codesOfResolved(profile, held) : codesOfStrict(held));
}

function codesOfResolved(profile: Profile, held: Predicates): ReasonCode[] {
  const codes: ReasonCode[] = [];
  if (!held.upnEqual) codes.push(held.objectIdEqual ? 'object_id' : 'ext_upn');
  if (!held.actorHasUpn) codes.push('no_upn');
  if (!held.nameListed) codes.push(profile.nameMatch === 'extra' ? 'extra_operation' : 'operation_spelling');
  if (!held.hasTargets) codes.push('no_targets');
  return codes;
}

function codesOfStrict(held: Predicates): ReasonCode[] {
  const codes: ReasonCode[] = [];
  if (!held.inbound) codes.push('outbound_guest');
  if (held.objectIdEqual === false) codes.push('other_object');
  return codes;
}
