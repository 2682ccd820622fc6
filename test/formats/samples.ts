/** A finding as the API gives it, for the formats: whatever a test is about is spelled out by the test. */
import type { FindingFields } from '../../src/formats/finding.ts';
import type { OcsfContext } from '../../src/formats/ocsf.ts';
import { findingOf as sampleOf } from '../api/samples.ts';

export const CONTEXT: OcsfContext = {
  productVersion: '1.2.3',
  rule: { id: 'r-1', name: 'A rule', description: 'What it looks for.', version: '1.0.0' },
};

/** Known by an object id, signed in before, and revised an hour later. */
export const findingOf = (changes: Partial<FindingFields> = {}): FindingFields => ({
  ...sampleOf('5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
  ...{ revision: 1, actorObjectId: '9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22', reasonCodes: ['object_id'] },
  ...{ lastSeen: '2026-11-23T04:12:09.9999999Z', lastSignIn: '2026-11-23T03:00:00.0000000Z' },
  ...{ targetNames: ['Global Administrator', ''], comments: [], updatedAt: '2026-11-23T04:12:41.000Z' },
  ...changes,
});
