/** What findings and changes look like in the forms of others: OCSF and CloudEvents. */
import { Type } from 'typebox';
import { CLOUD_EVENT_SOURCE, CLOUD_EVENT_TYPES } from '../../formats/cloudEvent.ts';
import { OCSF_VERSION } from '../../formats/ocsf.ts';
import { CHANGE_REASONS, Finding } from './finding.ts';
import * as w from './words.ts';

const part = (description: string, example: object) =>
  Type.Object({}, { description, examples: [example], additionalProperties: true });
const parts = (description: string, example: object) =>
  Type.Array(Type.Object({}, { additionalProperties: true }), { description, examples: [[example]] });
const number = (description: string, example: number) => Type.Integer({ description, examples: [example] });

/** The members that programs decide by; the schema of OCSF says the rest. */
export const OcsfFinding = Type.Object(
  {
    class_uid: number('Code of the class: 2004, Detection Finding.', 2004),
    activity_id: number('Code: 1 create; 2 update; 3 close, for a finding that is resolved or superseded.', 1),
    type_uid: number('Code: `class_uid` * 100 + `activity_id`.', 200401),
    category_uid: number('Code of the category: 2, Findings.', 2),
    time: number('When the revision was made, in milliseconds since the Unix epoch.', 1_795_403_561_000),
    severity_id: number('Code: 1 informational, 2 low, 3 medium, 4 high.', 3),
    status_id: number('Code: 1 new, 2 in progress, 3 suppressed, 4 resolved, 99 superseded.', 1),
    confidence_id: number(
      'Code: 3 where both views agree or the object ids are equal, 2 where the home UPNs are, 1 for the strict view alone.',
      3,
    ),
    is_alert: w.flag('False for what is closed or suppressed.'),
    metadata: part(
      `\`version\` ${OCSF_VERSION}; \`tenant_uid\`; in the feed \`uid\`, which names the revision for good.`,
      { version: OCSF_VERSION, tenant_uid: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11', uid: '3fa94c07-1764000000000-0' },
    ),
    finding_info: part('`uid` is the id of the finding; title, rule, attacks and times.', {
      uid: '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b',
    }),
    evidences: parts('One for each operation, with who did it and from where, and one for the newest sign-in.', {
      src_endpoint: { ip: '203.0.113.7' },
    }),
    resources: parts('The targets.', { name: 'Global Administrator' }),
    unmapped: part('What a finding says beyond OCSF, under its own names: `views`, `reasonCodes` and more.', {
      views: ['resolved'],
      reasonCodes: ['object_id'],
    }),
  },
  {
    title: 'OcsfDetectionFinding',
    description: `A finding as an OCSF ${OCSF_VERSION} Detection Finding, with the profiles \`cloud\` and \`incident\`.`,
    additionalProperties: true,
  },
);

export const OcsfFindingsPage = w.page('OcsfFindingsPage', OcsfFinding, 'newest `firstSeen` first');

export const OcsfChangesPage = w.shape('OcsfChanges', 'Revisions in order, each finding as an OCSF event.', {
  items: w.listOf(
    w.shape('OcsfChange', 'One revision of a finding.', {
      cursor: w.text('The place after this change: give it as `after` to go on from here.', 'c1-4711'),
      reason: w.choice(CHANGE_REASONS, 'Why the revision was made.'),
      finding: OcsfFinding,
    }),
    'At most `limit` of them, in order within a tenant. Empty when nothing came.',
  ),
  cursor: w.text('Give it as `after` to go on, whether items came or not.', 'c1-4711'),
});

export const CloudEvents = Type.Array(
  w.shape('CloudEvent', 'A revision as a CloudEvent 1.0.', {
    specversion: w.choice(['1.0'], 'Version of CloudEvents.'),
    id: w.text('Names this revision for good, the same to all who are told of it.', '3fa94c07-1764000000000-0'),
    source: w.text('Where it comes from.', CLOUD_EVENT_SOURCE),
    type: w.choice(
      CLOUD_EVENT_TYPES,
      'What happened. `superseded`: it was merged into another; `merged`: it took others in; `rebuilt`: it was made again after state was lost.',
    ),
    subject: w.text('Id of the finding.', '5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b'),
    time: w.time('When the revision was made.'),
    datacontenttype: w.choice(['application/json'], 'Media type of `data`.'),
    reason: w.choice(CHANGE_REASONS, 'Extension: why the revision was made.'),
    data: Type.Union([Finding, OcsfFinding], { description: 'The finding as of that revision.' }),
    cursor: w.text('Extension: the place after this change in the feed.', 'c1-4711'),
  }),
);
