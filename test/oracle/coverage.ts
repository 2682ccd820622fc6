// Counts what a scenario reaches: each view, reason code, edge and oddity, so that a generator gone tame is seen.

import type { Facts, Operation, SentItem, SignIn } from './facts.ts';
import { readFacts } from './facts.ts';
import { findings, judged, nearMisses } from './findings.ts';
import { REASON_CODES, VIEWS } from './match.ts';
import { bySignIn, rows, thin } from './rows.ts';
import { WINDOW_TICKS } from './ticks.ts';

export type Coverage = Record<string, number>;

/** Numbers by what they count; the same keys for every scenario. */
export function coverageOf(items: readonly SentItem[], extraOperations: readonly string[] = []): Coverage {
  const facts = readFacts(items, { extraOperations });
  return {
    ...countsOfFacts(facts, items),
    ...countsOfMatches(facts),
    ...countsOfFindings(facts),
    ...countsOfRows(facts),
  };
}

const DEAD_REASONS = [
  'not_json',
  'no_records',
  'no_time',
  'bad_time',
  'no_tenant',
  'not_scalar',
  'beyond_future',
] as const;

function countsOfFacts(facts: Facts, items: readonly SentItem[]): Coverage {
  const count = (has: (o: Operation) => boolean) => facts.operations.filter(has).length;
  const late = (fact: SignIn | Operation) => {
    return BigInt((fact.source.enqueuedAt ?? 0) - 15 * 60_000) * 10_000n > fact.time;
  };
  return {
    events: items.length,
    signIns: facts.signIns.length,
    operations: facts.operations.length,
    ignored: facts.ignored,
    futureTime: facts.futureTime,
    thinnedAway: facts.signIns.length - thin(facts.signIns).length,
    lateOperations: count(late),
    emptyIp: count((o) => o.actorIp === ''),
    nullTextIp: count((o) => o.actorIp === '<null>'),
    noUpn: count((o) => o.actorUpn === ''),
    noTargets: count((o) => o.targets.length === 0),
    emptyTarget: count((o) => o.targets.includes('')),
    emptyCorrelation: count((o) => o.correlationId === ''),
    noRecordId: count((o) => o.recordId === ''),
    clientIp: count((o) => o.clientIp !== ''),
    ...Object.fromEntries(
      DEAD_REASONS.map((reason) => [`dead ${reason}`, facts.deadLetters.filter((d) => d.reason === reason).length]),
    ),
  };
}

function countsOfMatches(facts: Facts): Coverage {
  const all = judged(facts);
  const matched = all.filter((m) => m.pairs.length > 0);
  const count = (has: (m: (typeof matched)[number]) => boolean) => matched.filter(has).length;
  const apart = (o: Operation, s: SignIn) => (o.time > s.time ? o.time - s.time : s.time - o.time);
  const only = (signIn: SignIn, other: SignIn) => signIn.time === other.time && signIn.ip !== other.ip;
  return {
    matched: matched.length,
    pairs: matched.reduce((sum, m) => sum + m.pairs.length, 0),
    'both views': count((m) => m.views.length === 2),
    'strict only': count((m) => m.views.length === 1 && m.views[0] === 'strict'),
    'resolved only': count((m) => m.views.length === 1 && m.views[0] === 'resolved'),
    ...Object.fromEntries(REASON_CODES.map((code) => [`code ${code}`, count((m) => m.codes.includes(code))])),
    'several codes': count((m) => m.codes.length > 1),
    'sign-in only after': count((m) => m.pairs.every((pair) => pair.signIn.time > m.o.time)),
    'sign-in only before': count((m) => m.pairs.every((pair) => pair.signIn.time < m.o.time)),
    'same tick': count((m) => m.pairs.some((pair) => pair.signIn.time === m.o.time)),
    'exactly 24 h': count((m) => m.pairs.some((pair) => apart(m.o, pair.signIn) === WINDOW_TICKS)),
    'matched by the edge alone': count((m) => m.pairs.every((pair) => apart(m.o, pair.signIn) === WINDOW_TICKS)),
    'a tick beyond 24 h': all.filter((m) =>
      facts.signIns.some((s) => apart(m.o, s) === WINDOW_TICKS + 1n && sameUpn(m.o, s)),
    ).length,
    'newest tie of two IPs': count((m) => {
      const [newest, next] = m.pairs
        .map((pair) => pair.signIn)
        .sort(bySignIn)
        .reverse();
      return newest !== undefined && next !== undefined && only(newest, next);
    }),
  };
}

function sameUpn(o: Operation, s: SignIn): boolean {
  return o.tenantId === s.tenantId && o.actorUpn !== '' && o.actorUpn === s.upn;
}

function countsOfFindings(facts: Facts): Coverage {
  const all = findings(facts);
  const actors = new Set(
    all.map((f) => JSON.stringify([f.tenantId, f.actorUpn, f.actorUpn === '' ? f.actorObjectId : '', f.actorIp])),
  );
  const near = nearMisses(facts);
  return {
    findings: all.length,
    ...Object.fromEntries(
      [...VIEWS, 'missed' as const, 'accused' as const].map((v) => [`findings ${v}`, findings(facts, v).length]),
    ),
    'cut findings': all.length - actors.size,
    'several operations': all.filter((f) => f.evidenceCount > 1).length,
    'with variants': all.filter((f) => f.evidence.some((e) => e.variants.length > 0)).length,
    'guest UPN unknown': all.filter((f) => f.guestUpn === null).length,
    'client IP': all.filter((f) => f.clientIp !== null).length,
    'near name': near.operationName,
    'near #EXT#': near.extActor,
    'near non-interactive': near.nonInteractive,
  };
}

function countsOfRows(facts: Facts): Coverage {
  return {
    'strict rows': rows(facts, undefined, 'strict').length,
    'resolved rows': rows(facts, undefined, 'resolved').length,
  };
}
