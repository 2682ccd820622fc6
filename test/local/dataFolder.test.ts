/** The folder of a stack: one at a time has it, and its contents are kept or cleared as one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { openDataFolder } from '../../local/stack/dataFolder.ts';
import { onFreePorts } from '../../local/stack/freePorts.ts';
import { temporaryFolder } from './script.ts';

const partitions = 4;
const open = (folder: string, more: object = {}) =>
  openDataFolder({ path: folder, exactly: true, partitions, clear: false, ...more });

/** What a stack of before left. */
function fill(folder: string): void {
  for (const name of ['eventhubs', 'azurite', 'redis']) fs.mkdirSync(path.join(folder, name));
}
const isFilled = (folder: string) => fs.existsSync(path.join(folder, 'redis'));

test('what one stack leaves the next one finds', async (t) => {
  const folder = temporaryFolder(t);
  const first = await open(folder);
  assert.equal(first.isKept, false);
  fill(folder);
  first.release();
  const second = await open(folder);
  assert.deepEqual([second.isKept, isFilled(folder)], [true, true]);
  second.release();
});

test('a folder without its mark holds half a story, and is cleared of what stacks put there', async (t) => {
  const folder = temporaryFolder(t);
  fill(folder);
  fs.writeFileSync(path.join(folder, 'mine.txt'), '');
  const opened = await open(folder);
  assert.deepEqual([opened.isKept, isFilled(folder)], [false, false]);
  assert.ok(fs.existsSync(path.join(folder, 'mine.txt')));
  opened.release();
});

test('hubs may grow; data of larger ones are cleared, which is said', async (t) => {
  const folder = temporaryFolder(t);
  for (const [wanted, isKept] of [
    [2, false],
    [4, true],
    [3, false],
  ] as const) {
    const opened = await open(folder, { partitions: wanted });
    assert.equal(opened.isKept, isKept, `${wanted}`);
    assert.equal(/cannot shrink/.test(opened.remark ?? ''), wanted === 3);
    opened.release();
  }
});

test('a folder in use is passed over, or refused where it was named', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data');
  const first = await open(folder);
  const next = await open(folder, { exactly: false });
  assert.equal(next.path, `${folder}-2`);
  assert.match(next.remark ?? '', /is in use: the data go to/);
  await assert.rejects(open(folder), /is in use by process \d+: stop that first, or name another folder/);
  for (const opened of [first, next]) opened.release();
});

test('the lock of a process that is dead holds nobody up', async (t) => {
  const folder = temporaryFolder(t);
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'close');
  for (const holder of [
    { pid: dead.pid, began: null, ports: [] },
    { pid: process.pid, began: 'another process that had this number', ports: [] },
  ]) {
    fs.writeFileSync(path.join(folder, 'running.json'), JSON.stringify(holder));
    (await open(folder)).release();
  }
});

test('of many that want a folder at once each gets one of its own', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data');
  const all = await Promise.all(Array.from({ length: 5 }, () => open(folder, { exactly: false })));
  assert.equal(new Set(all.map((opened) => opened.path)).size, 5);
  for (const opened of all) opened.release();
});

test('a server whose port is lost between the look and the start gets another; other failures are handed on', async () => {
  const thief = net.createServer();
  const tried: number[] = [];
  const got = await onFreePorts([0], async (port) => {
    tried.push(port);
    if (tried.length > 1) return port;
    await once(thief.listen(port, '127.0.0.1'), 'listening');
    throw new Error('EADDRINUSE');
  });
  thief.close();
  assert.deepEqual([tried.length, got], [2, tried[1]]);
  await assert.rejects(
    onFreePorts([0], async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
});

test('of two at once that would like the same port only one gets it, though neither listens yet', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => onFreePorts([28_080], async (port) => port)));
  assert.notEqual(a, b);
});
