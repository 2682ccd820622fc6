/** Edges that random records seldom meet, each by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitUpn } from '../../src/detection/describe.ts';
import { digest } from '../../src/detection/digest.ts';
import type { Operation, SignIn } from '../../src/detection/fact.ts';
import { foldActor, foldAll } from '../../src/detection/fold.ts';
import { guestIdentityOf, profileOf, relate } from '../../src/detection/relation.ts';
import { BUILT_IN_RULE, nameTable } from '../../src/detection/rule.ts';
import { ticksOfMs } from '../../src/detection/time.ts';
import { inOneOrder } from '../oracle/naive.ts';
import { wholeContents } from './product.ts';

const DAY = BUILT_IN_RULE.window;
const NOON = ticksOfMs(Date.UTC(2026, 10, 23, 12));
const ANN = 'a0000001-00aa-4000-8000-00000000abcd';
let sequence = 0;

const source = () => ({
  hub: 'h',
  partition: '0',
  sequenceNumber: sequence,
  recordIndex: 0,
  enqueuedAt: null,
  sha256: (sequence++).toString(16).padStart(64, '0'),
});

const operation = (time: bigint, changes: Partial<Operation> = {}): Operation => ({
  kind: 'operation',
  tenantId: 't',
  actorUpn: 'ann@partner.example',
  actorObjectId: ANN,
  time,
  actorIp: '203.0.113.7',
  clientIp: null,
  operation: 'Add member to role',
  nameMatch: 'exact',
  correlationId: `c${sequence}`,
  targets: ['Bob'],
  targetNames: ['Bob'],
  recordId: `r${sequence}`,
  receivedAt: null,
  source: source(),
  ...changes,
});

const signIn = (time: bigint, changes: Partial<SignIn> = {}): SignIn => ({
  kind: 'signIn',
  tenantId: 't',
  upn: 'ann@partner.example',
  objectId: ANN,
  time,
  createdDateTime: null,
  ip: '198.51.100.4',
  homeTenantId: null,
  resourceTenantId: null,
  recordId: `s${sequence}`,
  receivedAt: null,
  source: source(),
  ...changes,
});

test('a sign-in and an operation of two tenants are never of one identity', () => {
  const profile = profileOf(operation(NOON));
  assert.equal(relate(profile, guestIdentityOf(signIn(NOON))), 'both');
  assert.equal(relate(profile, guestIdentityOf(signIn(NOON, { tenantId: 'u' }))), '');
});

test('neighbours exactly a window apart are one finding, and a tick further they are two', () => {
  const signIns = [signIn(NOON), signIn(NOON + DAY)];
  const pair = (apart: bigint) => foldAll([operation(NOON), operation(NOON + apart)], signIns, DAY);
  assert.equal(pair(DAY).length, 1);
  assert.equal(pair(DAY + 1n).length, 2);
});

test('findings that a bridge makes one count what they share once', () => {
  const signIns = [signIn(NOON), signIn(NOON + DAY), signIn(NOON + 2n * DAY)];
  const first = [
    operation(NOON, { correlationId: 'shared', recordId: 'same' }),
    operation(NOON + 1n, { correlationId: 'a' }),
  ];
  const last = [
    operation(NOON + 2n * DAY, { correlationId: 'shared', recordId: 'same' }),
    operation(NOON + 2n * DAY + 1n, { correlationId: 'b' }),
  ];
  const bridge = operation(NOON + DAY, { correlationId: 'bridge' });
  const input = { signIns, window: DAY };
  const two = foldActor({ ...input, priors: [], operations: [...first, ...last], now: 1 });
  assert.equal(two.length, 2);
  const one = foldActor({ ...input, priors: two.map(({ finding }) => finding), operations: [bridge], now: 2 });
  assert.deepEqual(
    one.map(({ change, priors, finding }) => [change, priors.length, finding.itemCount, finding.correlationCount]),
    [['merge', 2, 4, 4]],
  );
  const atOnce = foldAll([...first, bridge, ...last], signIns, DAY);
  assert.deepEqual(
    inOneOrder(one.map(({ finding }) => wholeContents(finding))),
    inOneOrder(atOnce.map((finding) => wholeContents(finding))),
  );
});

test('the older of two findings stays when they meet, of equal age the one of the lower id', () => {
  const signIns = [signIn(NOON), signIn(NOON + DAY), signIn(NOON + 2n * DAY)];
  const [early] = foldActor({ priors: [], operations: [operation(NOON)], signIns, window: DAY, now: 5 });
  const [late] = foldActor({ priors: [], operations: [operation(NOON + 2n * DAY)], signIns, window: DAY, now: 4 });
  const priors = [early!.finding, late!.finding];
  const meet = (ages: readonly number[]) =>
    foldActor({
      priors: priors.map((prior, i) => ({ ...prior, createdAt: ages[i]! })),
      operations: [operation(NOON + DAY)],
      signIns,
      window: DAY,
      now: 9,
    })[0]!;
  assert.equal(meet([5, 4]).finding.id, late!.finding.id);
  assert.equal(meet([4, 5]).finding.id, early!.finding.id);
  assert.equal(meet([5, 5]).finding.id, [early!.finding.id, late!.finding.id].sort()[0]);
});

test('a name for text that is no text is another than that for the text in its place', () => {
  assert.notEqual(digest(['x\ud800']), digest(['x\ufffd']));
  assert.notEqual(digest(['ab', 'c']), digest(['a', 'bc']));
});

test("the rule's list ignores ASCII case and nothing else; a letter that only Unicode folds is another spelling", () => {
  const table = nameTable({ ...BUILT_IN_RULE, operations: ['Link'], extraOperations: ['Unlink'] });
  const names = ['LINK', 'lin\u212a', ' Link', 'link.', 'UNLINK', 'Linked', 'nothing'];
  assert.deepEqual(names.map(table.match), ['exact', 'spelling', 'spelling', 'spelling', 'extra', 'none', 'none']);
  assert.deepEqual(names.map(table.nearMiss), [false, false, false, false, false, true, false]);
});

test('a UPN is split at its first two @ signs, and what stands behind a third part is dropped', () => {
  assert.deepEqual(splitUpn('ann'), { accountName: 'ann', accountUpnSuffix: '' });
  assert.deepEqual(splitUpn('ann@b.example@c'), { accountName: 'ann', accountUpnSuffix: 'b.example' });
});

test('a fold says what it did: raised, extended, extended late, seen from another view, or moved by a sign-in alone', () => {
  const late = { ...source(), enqueuedAt: Date.UTC(2026, 10, 23, 18) };
  const fold = (priors: readonly ReturnType<typeof foldActor>[number][], operations: Operation[], signIns: SignIn[]) =>
    foldActor({ priors: priors.map(({ finding }) => finding), operations, signIns, window: DAY, now: 1 });
  const resolvedOnly = operation(NOON, { actorUpn: 'ann_partner.example#ext#@contoso.onmicrosoft.com' });
  const raised = fold([], [resolvedOnly], [signIn(NOON)]);
  assert.deepEqual(
    raised.map(({ change }) => change),
    ['new'],
  );
  const again = { actorUpn: resolvedOnly.actorUpn };
  assert.deepEqual(
    fold(raised, [operation(NOON + 1n, again)], []).map(({ change }) => change),
    ['operation'],
  );
  assert.deepEqual(
    fold(raised, [operation(NOON + 1n, { ...again, source: late })], []).map(({ change }) => change),
    ['late_operation'],
  );
  assert.deepEqual(
    fold(raised, [], [signIn(NOON + 2n)]).map(({ change }) => change),
    ['quiet'],
  );
  const strictToo = { upn: resolvedOnly.actorUpn, objectId: null };
  assert.deepEqual(
    fold(raised, [], [signIn(NOON + 2n, strictToo)]).map(({ change }) => change),
    ['sign_in'],
  );
  assert.deepEqual(
    fold(raised, [], [signIn(NOON + 2n, { ...strictToo, source: late })]).map(({ change }) => change),
    ['late_sign_in'],
  );
  const lesser = { ...resolvedOnly, source: { ...resolvedOnly.source, hub: 'a' } };
  assert.deepEqual(
    fold(raised, [lesser], []).map(({ change }) => change),
    ['source'],
  );
  assert.deepEqual(
    fold(raised, [resolvedOnly], [signIn(NOON - 2n * DAY)]).map(({ change }) => change),
    ['none'],
  );
});
