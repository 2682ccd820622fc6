/** The arrows between the parts of the house, held by parsing every file: with plants that must be found, since a checker that sees nothing passes too. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KNOWN_PARTS, partOf, violations } from './arrows.ts';
import { filesUnder, readSource } from './source.ts';

const readings = filesUnder('src').map(readSource);

test('every file under src is seen, and belongs to a part with a place', () => {
  const names = readdirSync(fileURLToPath(new URL('../../src', import.meta.url)), {
    recursive: true,
    encoding: 'utf8',
  });
  assert.equal(readings.length, names.filter((name) => name.endsWith('.ts')).length);
  assert.ok(readings.length > 50, `only ${readings.length} files`);
  assert.deepEqual(
    readings.filter(({ path }) => !KNOWN_PARTS.includes(partOf(path))).map(({ path }) => path),
    [],
  );
  const imports = readings.reduce((sum, reading) => sum + reading.imports.length, 0);
  assert.ok(imports > 2 * readings.length, `only ${imports} imports`);
});

test('nobody knows more than the house allows', () => {
  assert.deepEqual(readings.flatMap(violations), []);
});

test('the product never imports the local stack, the tests or the benches', () => {
  for (const { path, imports } of readings) {
    assert.ok(!imports.some((name) => /(^|\/)(local|test|bench)\//.test(name)), path);
  }
});

const PLANTS: readonly (readonly [string, string, string])[] = [
  ['src/state/redis/plant.ts', "import { a } from '../keys.ts';", 'what talks to Redis knows what is kept there'],
  ['src/state/facts/plant.ts', "import { Redis } from 'ioredis';", 'the state beside what talks to Redis'],
  ['src/api/plant.ts', "import { a } from '../state/keys.ts';", 'an edge that imports another'],
  ['src/api/plant.ts', "export * from '../consumer/plant.ts';", 'an edge that hands on another'],
  ['src/api/plant.ts', "const a = await import('../state/keys.ts');", 'an edge that imports another later'],
  ['src/api/plant.ts', "export type A = import('../state/keys.ts').Keys;", 'an edge that knows a type of another'],
  ['src/api/plant.ts', "import type { A } from '../service.ts';", 'an edge that knows who composes it'],
  ['src/api/plant.ts', "import Redis from 'ioredis';", 'an API that knows Redis'],
  ['src/api/plant.ts', "import type { Redis } from 'ioredis';", 'an API that knows a type of Redis'],
  ['src/api/plant.ts', "import { connect, type Socket } from 'node:net';", 'an API that opens sockets'],
  ['src/service/plant.ts', "import { trace } from '@opentelemetry/api';", 'a library that is one part’s in another'],
  [
    'src/telemetry/plant.ts',
    "import type { Place } from '../consumer/ports.ts';",
    'a follower that knows whom it follows',
  ],
  ['src/state/plant.ts', "import { a } from '../../local/redis.ts';", 'a product that leans on the local stack'],
  ['src/state/plant.ts', 'export const load = (name: string) => import(name);', 'an import that nobody can check'],
  ['src/consumer/plant.ts', 'export const a = process.env;', 'a part that touches the process'],
  ['src/consumer/plant.ts', 'export const a = globalThis.process.env;', 'a part that touches the process by a detour'],
  ['src/consumer/plant.ts', "import { env } from 'node:process';", 'a part that imports the process'],
  ['src/service.ts', "import { run } from './cli/run.ts';", 'a service that knows the command line'],
  ['src/replay/plant.ts', "import { a } from '../state/keys.ts';", 'a replay that knows Redis'],
  ['src/detection/plant.ts', "import { a } from '../config.ts';", 'a core that knows anything'],
  ['src/detection/plant.ts', "import { createHash } from 'node:crypto';", 'a core file that leans on a library'],
  ['src/detection/digest.ts', "import { readFileSync } from 'node:fs';", 'the hashes that read files'],
  ['src/detection/plant.ts', 'export const a = () => Date.now();', 'a core with a clock'],
  ['src/detection/plant.ts', 'export const a = () => new Date();', 'a core with a clock in an object'],
  ['src/detection/plant.ts', 'export const a = () => Math.random();', 'a core with dice'],
];

for (const [path, text, what] of PLANTS) {
  test(`the check finds ${what}`, () => {
    assert.equal(violations(readSource({ path, text })).length, 1, text);
  });
}

test('the check finds nothing in what is allowed', () => {
  for (const [path, text] of [
    [
      'src/api/plant.ts',
      "import { a } from '../detection/time.ts'; import { b } from './schema/words.ts'; import fastify from 'fastify';",
    ],
    [
      'src/service.ts',
      "import { a } from './state/keys.ts'; import { b } from './api/ports.ts'; import { c } from './config.ts';",
    ],
    ['src/detection/digest.ts', "import { createHash } from 'node:crypto';"],
    [
      'src/detection/plant.ts',
      "export const a = (ms: number, b: { process: number }) => [new Date(ms), b.process, { process: 1 }, 'process', /* process */ 1];",
    ],
    ['src/main.ts', 'export const a = process.argv;'],
  ] as const) {
    assert.deepEqual(violations(readSource({ path, text })), []);
  }
});
