/** No test asks the API past the document: whatever it sends goes through a place that holds the answer against it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, type Reading, readSource } from '../architecture/source.ts';

/** Parts of the tests that speak to other servers than the API, reach it through those that check, or only time its answers. */
const OTHER_SERVERS = /^test\/(bench|eventhubs|faults|image\/container\.ts|architecture|document\/fetch\.ts)/;
/** Those that build the app by hand: the two places that check, and those that check by themselves. */
const BUILDERS = [
  'test/api/access.test.ts',
  'test/api/ask.ts',
  'test/api/deliveries.test.ts',
  'test/api/problems.test.ts',
  'test/document/quality.test.ts',
  'test/fuzz/world.ts',
];

const imports = ({ imports: names }: Reading, file: string): boolean => names.some((name) => name.endsWith(file));

function asksPastTheDocument(reading: Reading): boolean {
  if (OTHER_SERVERS.test(reading.path)) return false;
  if (reading.globals.has('fetch') && !imports(reading, 'document/fetch.ts') && !imports(reading, './fetch.ts'))
    return true;
  return imports(reading, 'src/api/app.ts') && !BUILDERS.includes(reading.path);
}

test('every test that asks the API has its answers checked', () => {
  const readings = filesUnder('test').map(readSource);
  assert.ok(readings.filter((one) => imports(one, 'document/fetch.ts')).length >= 5, 'it sees who asks');
  assert.deepEqual(
    readings.filter(asksPastTheDocument).map(({ path }) => path),
    [],
  );
});

test('a test that asks by itself is found', () => {
  const plant = (text: string) => asksPastTheDocument(readSource({ path: 'test/service/plant.test.ts', text }));
  assert.ok(plant("await fetch('http://127.0.0.1:1/v1/findings');"));
  assert.ok(plant("import { buildApp } from '../../src/api/app.ts'; buildApp();"));
  assert.ok(!plant("import { fetch } from './fetch.ts'; await fetch('http://127.0.0.1:1/v1/findings');"));
});
