/** Which part of the house may know which, and what each may touch. */
import { posix } from 'node:path';
import type { Reading } from './source.ts';

/** The part of the house that a path of the checkout belongs to. */
export function partOf(path: string): string {
  const [top, name = ''] = path.split('/');
  if (top !== 'src') return top ?? '';
  return name.replace(/\.ts$/, '');
}

/** Everyone may know himself and, but for the core itself, the core. */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'config'],
  cli: ['config', 'service', 'access', 'replay', 'yaml', 'nearest', 'log', 'version', 'detection'],
  replay: ['formats', 'detection'],
  formats: ['detection'],
  service: [
    'config',
    'access',
    'consumer',
    'state',
    'api',
    'delivery',
    'telemetry',
    'ops',
    'kql',
    'log',
    'metrics',
    'version',
    'detection',
  ],
  consumer: ['log', 'detection'],
  state: ['detection'],
  api: ['formats', 'log', 'detection'],
  access: ['yaml', 'detection'],
  delivery: ['formats', 'yaml', 'detection'],
  telemetry: ['detection'],
  ops: ['detection'],
  config: ['yaml', 'nearest', 'detection'],
  yaml: ['nearest'],
  nearest: [],
  kql: ['detection'],
  log: [],
  metrics: [],
  version: [],
  detection: [],
};

/** Packages that a part must not use, however handy. */
const MUST_NOT_USE: Readonly<Record<string, RegExp>> = {
  // What the API asks of Redis goes through its ports, and `listen` is the business of whoever composes it.
  api: /^(ioredis|redis|node:(net|tls|http|https))(\/|$)/,
};

/** Packages that are one part's alone: what is loaded only where it is asked for must not come in by another door. */
const ONLY_FOR: readonly (readonly [packages: RegExp, part: string])[] = [[/^@opentelemetry\//, 'telemetry']];

/** The files of the core that lean on a library, and which. */
const CORE_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'src/detection/digest.ts': ['node:crypto'],
  'src/detection/ipRange.ts': ['ipaddr.js'],
};

/** What depends on when, where or how often it is asked. */
const IMPURE = [
  'Date.now',
  'new Date',
  'Math.random',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'fetch',
];

/** Everything in a file that the house does not allow, as sentences. */
export function violations({ path, imports, typeImports, globals }: Reading): string[] {
  const part = partOf(path);
  const found = imports.flatMap((name) => (isPlatformType(name, typeImports) ? [] : importViolation(path, part, name)));
  if (path !== 'src/main.ts' && (globals.has('process') || imports.includes('node:process')))
    found.push(`${path} touches process`);
  if (part === 'detection') {
    found.push(...IMPURE.filter((name) => globals.has(name)).map((name) => `${path} is not pure: ${name}`));
  }
  return found;
}

/** A type of the platform opens no socket. Types of our own and of Redis do count: to know them is to depend on them. */
const isPlatformType = (name: string, typeImports: ReadonlySet<string>): boolean =>
  name.startsWith('node:') && typeImports.has(name);

/** What talks to Redis lies below the rest of the state, knows nothing of it, and alone knows the client library. */
const TALK = 'src/state/redis/';

function importViolation(path: string, part: string, name: string): string[] {
  if (name === 'ioredis' && part === 'state' && !path.startsWith(TALK)) return [`${path} imports ${name}`];
  if (name.startsWith('.')) {
    const target = posix.join(posix.dirname(path), name);
    const known = partOf(target);
    if (path.startsWith(TALK) && !target.startsWith(TALK)) return [`${path} imports ${target}`];
    const isAllowed = target.startsWith('src/') && (known === part || (MAY_KNOW[part] ?? []).includes(known));
    return isAllowed ? [] : [`${path} imports ${target}`];
  }
  if (part === 'detection') return CORE_LIBRARIES[path]?.includes(name) ? [] : [`${path} imports ${name}`];
  const isAnothers = ONLY_FOR.some(([packages, owner]) => packages.test(name) && part !== owner);
  return name === '(computed)' || isAnothers || MUST_NOT_USE[part]?.test(name) ? [`${path} imports ${name}`] : [];
}

/** The parts that the arrows know: a new folder needs its place among them. */
export const KNOWN_PARTS = Object.keys(MAY_KNOW);
