/** Reads what an operation was done to: the rule's target names, the names a person would use, and the address beside them. */
import { compareText } from './fact.ts';
import { isObject, type JsonObject, looseText, member, scalarText, unwrapped } from './scalar.ts';

/** Things whose name an operation on something else tells: `Role.DisplayName` beside `Role.ObjectID`. */
const NAMED_THINGS = ['role', 'application', 'serviceprincipal', 'group', 'administrativeunit'];
/** The ids that may stand beside the name. */
const ID_PROPERTIES = ['objectid', 'templateid', 'appid'];

/**
 * The targets as `mv-expand` gives them: null or missing is one empty target, a list its elements, an object one target per property
 * that has this property alone, any other scalar one target without properties.
 */
export function expandTargets(targetResources: unknown): readonly unknown[] {
  const targets = unwrapped(targetResources);
  if (Array.isArray(targets)) return targets;
  if (isObject(targets)) return Object.entries(targets).map(([key, value]) => ({ [key]: value }));
  return [undefined];
}

/** The display names, distinct and sorted by code unit; undefined where an object or array stands for one. */
export function displayNames(targets: readonly unknown[]): readonly string[] | undefined {
  const names = targets.map((target) => scalarText(member(target, 'displayName')));
  return names.includes(undefined) ? undefined : distinct(names as string[]);
}

/**
 * What a person would call the targets: a target's display name, else the role or application that its change names, else its UPN,
 * else what another target calls its id, else the id. Targets with none of these are left out. Distinct, sorted by code unit.
 */
export function spokenNames(targets: readonly unknown[]): readonly string[] {
  const changes = targets.map((target) => changeOf(target));
  const nameOfId = new Map(
    changes.flatMap(({ name, ids }) => (name === '' ? [] : ids.map((id) => [id, name] as const))),
  );
  const names = targets.map((target, index) => {
    const id = looseText(member(target, 'id'));
    return (
      looseText(member(target, 'displayName')) ||
      changes[index]!.name ||
      looseText(member(target, 'userPrincipalName')) ||
      (nameOfId.get(id.toLowerCase()) ?? id)
    );
  });
  return distinct(names.filter((name) => name !== ''));
}

/** What a target's modified properties name: the first thing that they give a name, and the ids of that thing in lower case. */
interface Change {
  readonly name: string;
  readonly ids: readonly string[];
}

function changeOf(target: unknown): Change {
  const list = unwrapped(member(target, 'modifiedProperties'));
  const values = new Map<string, string>();
  for (const property of Array.isArray(list) ? list.filter(isObject) : []) {
    values.set(looseText(property['displayName']).toLowerCase(), changedValue(property));
  }
  for (const [key, name] of values) {
    const [thing = '', part] = key.split('.');
    if (part !== 'displayname' || name === '' || !NAMED_THINGS.includes(thing)) continue;
    const ids = ID_PROPERTIES.map((id) => values.get(`${thing}.${id}`) ?? '').filter((id) => id !== '');
    return { name, ids: ids.map((id) => id.toLowerCase()) };
  }
  return { name: '', ids: [] };
}

/** A removal has its name in the old value only. */
const changedValue = (property: JsonObject): string => unquoted(property['newValue']) || unquoted(property['oldValue']);

/** Values often stand in a second pair of quotes, or alone in a list; a number in plain text stays as written. */
function unquoted(value: unknown): string {
  const inner = unwrapped(value);
  const only = Array.isArray(inner) && inner.length === 1 ? inner[0] : inner;
  return typeof only === 'string' ? only : looseText(value);
}

/** The address under the key `ipaddr` of the additional details, as written; null where there is none. */
export function clientIpOf(additionalDetails: unknown): string | null {
  const details = unwrapped(additionalDetails);
  if (!Array.isArray(details)) return null;
  for (const detail of details) {
    const ip = member(detail, 'key') === 'ipaddr' ? looseText(member(detail, 'value')) : '';
    if (ip !== '') return ip;
  }
  return null;
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort(compareText);
