/** Under which licences packages come, and which of those we may use: read out of the lock file, so that it needs no installation. */
import { type Lock, type LockEntry, nameOf } from './lock.ts';

/** What asks for no more than its text beside the program, and so may run in production. */
const FOR_PRODUCTION = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'],
]);
/** What is not handed out may also be under these. */
const FOR_DEVELOPMENT = new Set([...FOR_PRODUCTION, 'Python-2.0']);

/** Packages whose licence is not in the words of SPDX, with what was found by reading. Of that version alone. */
export const READ_BY_HAND: Readonly<Record<string, { readonly licence: string; readonly why: string }>> = {
  'uri-templates@0.2.0': {
    licence: 'CC0-1.0',
    why: 'its page says that it is in the public domain: anybody may modify or re-license it for any purpose',
  },
};

export interface Licensed {
  /** `NAME@VERSION`. */
  readonly id: string;
  /** An expression of SPDX, `unknown` where there is none. */
  readonly licence: string;
  readonly isProduction: boolean;
}

/** Every package once, production first, each by its name. */
export function licensed({ packages }: Lock): readonly Licensed[] {
  const found = new Map<string, Licensed>();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    const id = `${nameOf(path)}@${entry.version}`;
    const isProduction = entry.dev !== true || found.get(id)?.isProduction === true;
    const licence = READ_BY_HAND[id]?.licence ?? entry.license ?? licenceOfBuild(path, entry, packages) ?? 'unknown';
    found.set(id, { id, licence, isProduction });
  }
  return [...found.values()].sort((a, b) => Number(b.isProduction) - Number(a.isProduction) || (a.id < b.id ? -1 : 1));
}

/** A build for another platform has the licence of the package that it is a build of: npm does not look into it from here. */
function licenceOfBuild(path: string, { version }: LockEntry, packages: Lock['packages']): string | undefined {
  const name = nameOf(path);
  return Object.values(packages).find(
    (other) => other.version === version && other.optionalDependencies?.[name] !== undefined,
  )?.license;
}

/** Those that may not be used where they are used. */
export const forbidden = (packages: readonly Licensed[]): readonly Licensed[] =>
  packages.filter(({ licence, isProduction }) => !isAllowed(licence, isProduction ? FOR_PRODUCTION : FOR_DEVELOPMENT));

/** Of a choice one must be allowed, of several that hold together all. What is more involved is read by a person. */
function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const bare = /^\(([^()]*)\)$/.exec(expression)?.[1] ?? expression;
  if (/[()]/.test(bare) || (/ OR /.test(bare) && / AND /.test(bare))) return false;
  return / OR /.test(bare)
    ? bare.split(' OR ').some((one) => allowed.has(one))
    : bare.split(' AND ').every((one) => allowed.has(one));
}
