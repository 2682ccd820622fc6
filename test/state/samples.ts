/** Facts by hand: one guest and what it did, each with only what a test is about spelled out. */
import { sha256 } from '../../src/detection/digest.ts';
import type { Fact, Operation, SignIn, Source } from '../../src/detection/fact.ts';
import { ticksOfMs } from '../../src/detection/time.ts';
import type { Batch } from '../../src/state/state.ts';

export const TENANT = '11111111-1111-1111-1111-111111111111';
export const GUEST_ID = '22222222-2222-2222-2222-222222222222';
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

export const PLACE = { hub: 'logs', hubCreatedAt: 1, partition: '0' };

type Given<F> = Partial<Omit<F, 'source' | 'time'>> & { readonly source?: Partial<Source> };

const sourceOf = (text: string, atMs: number, given: Partial<Source> = {}): Source => ({
  hub: PLACE.hub,
  partition: PLACE.partition,
  sequenceNumber: 0,
  recordIndex: 0,
  enqueuedAt: atMs,
  sha256: sha256(text),
  ...given,
});

/** A sign-in of the guest at a moment (ms). Its name makes it a fact of its own. */
export function signIn(name: string, atMs: number, { source, ...given }: Given<SignIn> = {}): SignIn {
  return {
    kind: 'signIn',
    tenantId: TENANT,
    time: ticksOfMs(atMs),
    recordId: name,
    source: sourceOf(`sign-in ${name}`, atMs, source),
    receivedAt: null,
    upn: 'ann@partner.com',
    objectId: GUEST_ID,
    createdDateTime: null,
    ip: '203.0.113.7',
    homeTenantId: null,
    resourceTenantId: null,
    ...given,
  };
}

/** A privileged operation of the guest at a moment (ms). */
export function operation(name: string, atMs: number, { source, ...given }: Given<Operation> = {}): Operation {
  return {
    kind: 'operation',
    tenantId: TENANT,
    time: ticksOfMs(atMs),
    recordId: name,
    source: sourceOf(`operation ${name}`, atMs, source),
    receivedAt: null,
    actorUpn: 'ann_partner.com#ext#@contoso.onmicrosoft.com',
    actorObjectId: GUEST_ID,
    actorIp: '198.51.100.4',
    clientIp: null,
    operation: 'Add member to role',
    nameMatch: 'exact',
    correlationId: name,
    targets: ['Global Administrator'],
    targetNames: ['Global Administrator'],
    ...given,
  };
}

export const batchOf = (facts: readonly Fact[], lastSequenceNumber = 0, place = PLACE): Batch => ({
  place,
  ...{ firstSequenceNumber: lastSequenceNumber, lastSequenceNumber },
  facts,
  nonInteractive: [],
  deadLetters: [],
});
