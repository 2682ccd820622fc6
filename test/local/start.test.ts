/** `npm start` as a process: it shows what it promises, and ends without a trace. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fetch } from '../document/fetch.ts';
import { descendants, isRunning, run, temporaryFolder, WITHOUT_PROC } from './script.ts';

test('the demo shows findings of every kind, sums up, and leaves nothing behind', { skip: WITHOUT_PROC }, async (t) => {
  const running = run(t, 'start', '--data', temporaryFolder(t));
  const { out } = running;
  await out.until(/● FINDING in [\d.]+ s, the rule as written sees it too\n/);
  await out.until(
    /missed by the rule as written\n {4}Ann \(ann@partner\.example\), a guest, gave Bob Meyer the role Global\s+Administrator at \d\d:\d\d/,
  );
  await out.until(/● NO FINDING in [\d.]+ s, but the rule as written accuses\n {4}Maria Silva/);
  const [, sent, read] = await out.until(/records sent +([\d,]+).*\n +records read +([\d,]+)/);
  assert.equal(read, sent);
  await out.until(/findings +9 .*\n +missed by the rule +7 .*\n +accused by it wrongly +2 .*\n +dead letters +2 /);
  assert.doesNotMatch(out.all, /Not as it should be/);
  const [, docs] = await out.until(/(http:\S+\/docs)\n/);
  assert.equal((await fetch(docs!)).status, 200);
  await out.until(/Ctrl-C ends everything/);
  assert.ok(!out.all.includes('\x1b'), 'a pipe gets no colours');

  const started = descendants(running.pid);
  running.kill('SIGINT');
  assert.deepEqual(await running.ended, [0, null]);
  assert.match(out.all, /Stopped: nothing of it runs any more/);
  assert.deepEqual(started.filter(isRunning), []);
});

test('asked to stop while it starts, it ends in order too', async (t) => {
  const running = run(t, 'start', '--data', temporaryFolder(t));
  await running.out.until(/Starting everything/);
  running.kill('SIGINT');
  assert.deepEqual(await running.ended, [0, null]);
  assert.equal(running.err.all, '');
});

test('a service that dies ends the demo, which says so', { skip: WITHOUT_PROC }, async (t) => {
  const running = run(t, 'start', '--data', temporaryFolder(t));
  await running.out.until(/✓ guestwatch serve/);
  const service = descendants(running.pid).find((pid) =>
    fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('src/main.ts'),
  );
  process.kill(service!, 'SIGKILL');
  assert.deepEqual(await running.ended, [1, null]);
  assert.match(running.err.all, /^guestwatch: The service was ended by SIGKILL\. Its log, .*service\.log, ends with:/);
});
