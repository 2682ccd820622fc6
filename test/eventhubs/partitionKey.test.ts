/** The partition hash, against the SDK's own. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { partitionForKey } from '../../local/eventhubs/partitionKey.ts';

// Not among the package's exports, so by its file.
const main = createRequire(import.meta.url).resolve('@azure/event-hubs');
const file = path.join(main.slice(0, main.lastIndexOf('/dist/')), 'dist/esm/impl/partitionKeyToIdMapper.js');
const { mapPartitionKeyToId } = (await import(pathToFileURL(file).href)) as {
  mapPartitionKeyToId(key: string, count: number): number;
};

test('every key of whatever length goes to the partition that the SDK would choose', () => {
  const key = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 1024 }), (text, count) => {
      assert.equal(partitionForKey(text, count), mapPartitionKeyToId(text, count));
    }),
    { numRuns: 3000 },
  );
});
