/** What the launcher decides: which Node and Redis will do, whether packages are stale, and what a press of Ctrl-C means. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  hashOf,
  isOlder,
  nodeFault,
  ONE_PRESS_MS,
  type PackagesState,
  packagesDecision,
  planOf,
  REDIS_MINIMUM,
  redisVersionOf,
  stopRequests,
} from '../../local/launcher/decide.js';

test('versions are compared by their numbers, not as text', () => {
  assert.ok(isOlder('20.9.0', '20.19'));
  assert.ok(isOlder('6.0.16', REDIS_MINIMUM));
  for (const good of ['20.19.0', '20.20.2', '22.0.0', '100.0.0']) assert.ok(!isOlder(good, '20.19'), good);
});

test('a Node that is too old is named with the one that is needed', () => {
  assert.equal(nodeFault('18.20.0', '>=20.19'), 'guestwatch needs Node 20.19 or newer; this is Node 18.20.0.');
  assert.equal(nodeFault(process.versions.node, '>=20.19'), null);
});

test("Redis' version is read from what it prints of itself", () => {
  assert.equal(redisVersionOf('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1'), '7.0.15');
  assert.equal(redisVersionOf('something else'), null);
});

test('every npm script has a plan, and hands its arguments on', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const launched = Object.values(scripts).flatMap((script) => /launch\.js ([\w:]+)$/.exec(script)?.[1] ?? []);
  const all = [
    'audit',
    'bench',
    'build',
    'check',
    'document',
    'faults',
    'guestwatch',
    'image:check',
    'licences',
    'local',
    'manifests',
    'release',
    'sample',
    'soak',
    'start',
    'test',
    'upgrade:check',
  ];
  assert.deepEqual(launched.sort(), all);
  for (const name of launched) assert.ok(!('fault' in planOf([name])), name);
  assert.deepEqual(planOf(['guestwatch', '--', 'replay', '--', '-x']), {
    command: 'guestwatch',
    script: 'src/main.ts',
    redis: false,
    programs: [],
    args: ['replay', '--', '-x'],
  });
});

test('what launch.js does not know is refused with what it does', () => {
  for (const argv of [[], ['nonsense'], ['toString']]) {
    const plan = planOf(argv);
    assert.ok(
      'fault' in plan &&
        plan.fault.includes(
          'start, local, sample, guestwatch, test, faults, bench, soak, build, image:check, upgrade:check, document, manifests, licences, audit, release, check',
        ),
    );
  }
});

const entry = (version: string, more: object = {}) => ({ version, integrity: `sha512-${version}`, ...more });
const lockOf = (packages: object): string => JSON.stringify({ packages: { '': { name: 'guestwatch' }, ...packages } });
const LOCK = lockOf({
  'node_modules/a': entry('1.0.0'),
  'node_modules/other-platform': entry('1.0.0', { optional: true }),
});
/** npm's own list has no entry for the project, nor for what is for other platforms. */
const INSTALLED = JSON.stringify({ packages: { 'node_modules/a': entry('1.0.0') } });
const STATE: PackagesState = { lock: LOCK, installed: INSTALLED, note: hashOf(LOCK), running: [] };

test('packages whose note has the hash of the lock file are fresh, whatever the times of the files', () => {
  assert.equal(packagesDecision(STATE), 'fresh');
});

test('a note without packages is worth nothing', () => {
  assert.equal(packagesDecision({ ...STATE, installed: null }), 'install');
});

test('packages that were installed by hand are taken as they are, where they are those of the lock file', () => {
  for (const note of [null, hashOf('an older lock file')]) assert.equal(packagesDecision({ ...STATE, note }), 'adopt');
});

test('packages are stale when one is missing, of another version, of other contents, or when their list was cut short', () => {
  const stale = [
    { ...STATE, note: null, installed: JSON.stringify({ packages: {} }) },
    { ...STATE, note: null, installed: JSON.stringify({ packages: { 'node_modules/a': entry('1.0.1') } }) },
    {
      ...STATE,
      note: null,
      installed: JSON.stringify({ packages: { 'node_modules/a': { ...entry('1.0.0'), integrity: 'sha512-x' } } }),
    },
    { ...STATE, note: null, installed: INSTALLED.slice(0, -5) },
    { ...STATE, lock: lockOf({ 'node_modules/a': entry('2.0.0') }) },
  ];
  for (const state of stale) assert.equal(packagesDecision(state), 'install');
});

test('nothing is ever installed under something that runs on the packages', () => {
  const stale = { ...STATE, lock: lockOf({ 'node_modules/a': entry('2.0.0') }), running: [123] };
  assert.equal(packagesDecision(stale), 'blocked');
  assert.equal(
    packagesDecision({ ...STATE, running: [123] }),
    'fresh',
    'where there is nothing to install it does not matter',
  );
});

test('a press of Ctrl-C that arrives twice is one request; the second press ends at once, the third by force', () => {
  const request = stopRequests();
  const at = (ms: number) => request(ms);
  assert.deepEqual(
    [at(0), at(5), at(ONE_PRESS_MS + 10), at(ONE_PRESS_MS + 12), at(5 * ONE_PRESS_MS)],
    ['orderly', 'echo', 'atOnce', 'echo', 'byForce'],
  );
});
