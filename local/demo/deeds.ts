/** Operations in words: what an account did, so that nobody has to know how Entra calls it. */
import { normaliseName } from '../../src/detection/rule.ts';

/** Words that roles end with: a list of targets does not say which of them is the role. */
const ROLE = /\b(administrator|reader|operator|manager|developer|approver|writer|inviters?)$/i;

const WORDS: Readonly<Record<string, (targets: readonly string[]) => string>> = {
  'add member to role': roleGiven,
  'add service principal credentials': on('added a new secret to the application'),
  'update application - certificates and secrets management': on('changed the secrets of the application'),
  'add owner to service principal': on('added an owner to the application'),
  'set domain authentication': on('changed how people sign in to the domain'),
  'add policy': on('added the policy'),
  'delete policy': on('deleted the policy'),
};

/** What was done, in the past tense and without who did it: `gave Bob the role Global Administrator`. */
export function deed(operation: string, targets: readonly string[]): string {
  const name = normaliseName(operation);
  const inWords = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  return inWords?.(targets) ?? on(`did “${operation.trim()}” to`)(targets);
}

function roleGiven(targets: readonly string[]): string {
  const roles = targets.filter((target) => ROLE.test(target));
  const people = targets.filter((target) => !ROLE.test(target));
  const to = people.length === 0 ? 'someone' : listed(people);
  if (roles.length === 0) return `gave ${to} a role that the log does not name`;
  return `gave ${to} the role ${listed(roles)}`;
}

function on(words: string): (targets: readonly string[]) => string {
  return (targets) => `${words} ${targets.length === 0 ? 'that the log does not name' : listed(targets)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
