/** The recipe of the image, held against what it copies, what the settings say, and what a platform asks of an image. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { knownNames, SETTINGS } from '../../src/config.ts';
import { type Instruction, pairsOf, ROOT, readDockerfile, readText, type Stage } from './dockerfile.ts';

const FILE = 'deploy/Dockerfile';
const { args, stages } = readDockerfile(FILE);
const image = stages.at(-1)!;
const manifest = JSON.parse(readText('package.json')) as {
  name: string;
  version: string;
  description: string;
  license: string;
  engines: { node: string };
};

const of = (stage: Stage, verb: string): Instruction[] => stage.instructions.filter((one) => one.verb === verb);
const only = (stage: Stage, verb: string): string => {
  const found = of(stage, verb);
  assert.equal(found.length, 1, `${verb} stands once`);
  return found[0]!.rest;
};
const listOf = (rest: string): string[] => JSON.parse(rest.slice(rest.indexOf('['))) as string[];

/** What each stage takes out of the checkout. */
const sources = stages.flatMap((stage) =>
  of(stage, 'COPY').flatMap(({ flags, rest }) => (flags.has('from') ? [] : rest.split(/\s+/).slice(0, -1))),
);

test('what is copied is there, and the context holds it and nothing else', () => {
  assert.ok(sources.length >= 6);
  for (const source of sources) assert.ok(existsSync(new URL(source, ROOT)), source);
  const [first, ...rest] = readText('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  // Whatever else may lie in a checkout, such as keys, data and packages of another platform, stays out of it.
  assert.equal(first, '*');
  assert.deepEqual(rest.sort(), [...new Set(sources)].map((source) => `!${source}`).sort());
});

test('what is copied from another stage was made there', () => {
  const taken = of(image, 'COPY').filter(({ flags }) => flags.has('from'));
  assert.ok(taken.length >= 2);
  for (const { flags, rest } of taken) {
    const stage = stages.find(({ name }) => name === flags.get('from'));
    assert.ok(stage, flags.get('from'));
    assert.equal(posix.dirname(rest.split(/\s+/)[0]!), only(stage, 'WORKDIR'));
  }
});

test('packages are those of the lock file, without development packages and without anything that they would run', () => {
  const installs = stages.flatMap((stage) => of(stage, 'RUN').filter(({ rest }) => rest.includes('npm ')));
  const [production, all, build, ...more] = installs.map(({ rest }) => rest.replace(/^.*?(npm)/, '$1'));
  assert.deepEqual(
    [production, all, build, more],
    [
      'npm ci --omit=dev --ignore-scripts --loglevel=error',
      'npm ci --ignore-scripts --loglevel=error',
      'npm run -s build',
      [],
    ],
  );
  // Else an image of one architecture could not hold what was made on another.
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; cpu?: string[]; hasInstallScript?: boolean }>;
  };
  const ours = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  assert.ok(ours.length > 100);
  assert.deepEqual(
    ours.filter(([, { cpu, hasInstallScript }]) => cpu !== undefined || hasInstallScript === true),
    [],
  );
});

test('both bases are arguments, of the same Node, one that the package supports', () => {
  const [build, base] = [args.get('BUILD_IMAGE')!, args.get('BASE_IMAGE')!];
  for (const stage of stages.slice(0, -1))
    assert.ok(stage.base === `\${BUILD_IMAGE}` || stages.some(({ name }) => name === stage.base), stage.base);
  assert.equal(image.base, `\${BASE_IMAGE}`);
  const [, built] = /\/node:(\d+)-/.exec(build)!;
  const [, runs] = /\/nodejs(\d+)-/.exec(base)!;
  assert.equal(built, runs);
  assert.ok(Number(runs) >= Number(/\d+/.exec(manifest.engines.node)![0]));
});

test('the image runs nothing while it is made, since its base has no shell, and nothing in it through one', () => {
  assert.deepEqual(of(image, 'RUN'), []);
  for (const verb of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) assert.ok(listOf(only(image, verb)).length > 0, verb);
  assert.deepEqual(listOf(only(image, 'ENTRYPOINT')), ['node', '/app/dist/main.js']);
  assert.deepEqual(listOf(only(image, 'CMD')), ['serve']);
  assert.deepEqual(listOf(only(image, 'HEALTHCHECK')), ['node', '/app/dist/main.js', 'healthcheck']);
});

test('it runs as nobody that an orchestrator would have to look up, and owns nothing', () => {
  assert.match(only(image, 'USER'), /^[1-9]\d*:[1-9]\d*$/);
  for (const { flags } of of(image, 'COPY')) assert.ok(!flags.has('chown') && !flags.has('chmod'));
});

test('it listens where its settings say, on ports that it tells of', () => {
  const environment = pairsOf(only(image, 'ENV'));
  const others = new Set(['NODE_ENV', 'PATH']);
  const known = new Set(knownNames());
  for (const name of environment.keys()) assert.ok(known.has(name) || others.has(name), name);
  assert.deepEqual([environment.get('API_HOST'), environment.get('OPS_HOST')], ['0.0.0.0', '0.0.0.0']);
  assert.equal(only(image, 'EXPOSE'), `${SETTINGS.API_PORT.default} ${SETTINGS.OPS_PORT.default}`);
  assert.equal(only(image, 'STOPSIGNAL'), 'SIGTERM');
});

test('its labels say what the package says', () => {
  const labels = pairsOf(only(image, 'LABEL'));
  const label = (name: string) => labels.get(`org.opencontainers.image.${name}`);
  assert.deepEqual(
    [label('title'), label('description'), label('licenses')],
    [manifest.name, manifest.description, manifest.license],
  );
  const given = new Map(of(image, 'ARG').map(({ rest }) => rest.split('=') as [string, string | undefined]));
  assert.equal(label('version'), `\${VERSION}`);
  assert.equal(given.get('VERSION'), manifest.version);
  assert.equal(label('base.name'), `\${BASE_IMAGE}`);
  assert.equal(label('revision'), `\${REVISION}`);
});
