/** Whatever the document says may be answered is answered: each status of each operation, in each media type, as each problem. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf } from '../api/ask.ts';
import { memory } from '../api/ports.ts';
import { drive, driverOf, expectedOf } from './cases.ts';

const { document } = await appOf(memory().ports);

for (const expected of expectedOf(document)) {
  const { operationId, name, status, mediaType, problem } = expected;
  test(`${operationId} answers ${problem === null ? name : `${status} ${name}`}`, async () => {
    assert.ok(driverOf(expected), `test/document/cases.ts knows no way to ${operationId} ${name}`);
    const seen = await drive(expected, document);
    assert.ok(
      seen.some(
        (one) => one.status === status && one.problem === problem && (mediaType === '' || one.mediaType === mediaType),
      ),
      `it was answered ${JSON.stringify(seen)}`,
    );
  });
}
