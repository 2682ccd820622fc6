/** The command line: help and version everywhere, and every fault told at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from './support.ts';

const FLAGS = { at: { value: 'TIME', about: '' }, rows: { about: '' } };

test('flags and positionals are told apart, in any order', () => {
  const args = readArguments(['a', '--at', 'x', '--rows', '-', '--', '--rows'], FLAGS);
  assert.deepEqual(
    [...args.flags],
    [
      ['at', 'x'],
      ['rows', ''],
    ],
  );
  assert.deepEqual(args.positionals, ['a', '-', '--rows']);
  assert.deepEqual(args.faults, []);
});

test('every fault is told, each by the flag at fault', () => {
  const { faults } = readArguments(
    ['--rowz', '--at', '--rows', '--rows=1', '-x', '--at=', '--wholly-different'],
    FLAGS,
  );
  assert.deepEqual(faults, [
    'There is no flag --rowz. Did you mean --rows?',
    '--at needs a value: --at TIME.',
    '--rows takes no value.',
    'There is no flag -x.',
    '--at needs a value: --at TIME.',
    'There is no flag --wholly-different.',
  ]);
});

test('a flag that is given twice is a fault, also with the same value', () => {
  assert.deepEqual(readArguments(['--at=1', '--at=1'], FLAGS).faults, ['--at is given twice.']);
});

for (const name of Object.keys(COMMANDS)) {
  test(`${name} --help explains it on standard output and ends with 0, whatever else is wrong`, async () => {
    const io = fakeIo();
    assert.equal(await run([name, '--nonsense', '--help'], io), 0);
    assert.ok(io.out().startsWith(`Usage: guestwatch ${name}`));
    assert.equal(io.err(), '');
  });
}

test('the version is that of the package, also after a command', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  for (const argv of [['--version'], ['replay', '--version']]) {
    const io = fakeIo();
    assert.equal(await run(argv, io), 0);
    assert.equal(io.out(), `${version}\n`);
  }
});

test('without a command, the help goes to standard error and the exit code is 2', async () => {
  const io = fakeIo();
  assert.equal(await run([], io), 2);
  assert.match(io.err(), /Usage: guestwatch COMMAND/);
  assert.equal(io.out(), '');
});

test('an unknown command is refused, with the one that was meant', async () => {
  for (const [written, meant] of [
    ['repaly', 'replay'],
    ['server', 'serve'],
    ['healthcheck2', 'healthcheck'],
  ] as const) {
    const io = fakeIo();
    assert.equal(await run([written], io), 2);
    assert.ok(io.err().includes(`Did you mean ${meant}?`), io.err());
  }
  const io = fakeIo();
  assert.equal(await run(['constructor'], io), 2);
});
