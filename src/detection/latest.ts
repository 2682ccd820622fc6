/** The newest of each thing that a finding shows one of: a join that any order of facts leads to. */
import type { Operation } from './fact.ts';
import { type Dated, type Latest, laterDated } from './finding.ts';
import type { Match } from './match.ts';
import type { Ticks } from './time.ts';

export function laterLatest(a: Latest, b: Latest): Latest {
  const pick = <K extends 'guestUpn' | 'actorObjectId' | 'clientIp'>(key: K): Partial<Record<K, Dated>> => {
    const dated = laterDated(a[key], b[key]);
    return dated === undefined ? {} : ({ [key]: dated } as Record<K, Dated>);
  };
  const strict = laterDated(a.signIn.strict, b.signIn.strict);
  const resolved = laterDated(a.signIn.resolved, b.signIn.resolved);
  const signIn = { ...(strict && { strict }), ...(resolved && { resolved }) };
  return { signIn, ...pick('guestUpn'), ...pick('actorObjectId'), ...pick('clientIp') };
}

/** What one operation and its sign-ins say of the newest of each thing. */
export function latestOf(operation: Operation, match: Match): Latest {
  const dated = (time: Ticks, value: string | null | undefined): Dated | undefined =>
    value === null || value === undefined ? undefined : { time, value };
  const { strict, resolved } = match.newest;
  const guestUpn = match.newestNamed && dated(match.newestNamed.time, match.newestNamed.upn);
  const actorObjectId = dated(operation.time, operation.actorObjectId);
  const clientIp = dated(operation.time, operation.clientIp);
  return {
    signIn: {
      ...(strict && { strict: { time: strict.time, value: strict.ip } }),
      ...(resolved && { resolved: { time: resolved.time, value: resolved.ip } }),
    },
    ...(guestUpn && { guestUpn }),
    ...(actorObjectId && { actorObjectId }),
    ...(clientIp && { clientIp }),
  };
}

/** Whether the newest sign-ins are the same. */
export function sameSignIns(a: Latest, b: Latest): boolean {
  const same = (x: Dated | undefined, y: Dated | undefined): boolean => x?.time === y?.time && x?.value === y?.value;
  return (
    same(a.signIn.strict, b.signIn.strict) && same(a.signIn.resolved, b.signIn.resolved) && same(a.guestUpn, b.guestUpn)
  );
}
