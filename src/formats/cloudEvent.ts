/** Revisions of findings as CloudEvents 1.0. */
import type { FindingFields } from './finding.ts';

export const CLOUD_EVENT_TYPES = [
  'guestwatch.finding.created',
  'guestwatch.finding.updated',
  'guestwatch.finding.triaged',
  'guestwatch.finding.merged',
  'guestwatch.finding.superseded',
  'guestwatch.finding.rebuilt',
] as const;
export type CloudEventType = (typeof CLOUD_EVENT_TYPES)[number];

/** Where events come from, unless whoever makes them says more. Ids are unique under it, whichever way an event goes. */
export const CLOUD_EVENT_SOURCE = 'urn:guestwatch:findings';

export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: CloudEventType;
  /** The finding's id. */
  readonly subject: string;
  /** When the revision was made; left out where no one knows. */
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  /** Extension: why the revision was made, in the feed's word. */
  readonly reason: string;
  readonly data: Data;
}

export interface Revision {
  /** The name of this revision for good, the same to all who are told of it. */
  readonly id: string;
  /** Why it was made, as the feed says it. */
  readonly reason: string;
  readonly finding: FindingFields;
}

/** `data` is what the event carries: the finding itself unless another form of it is given. */
export function cloudEvent(
  { id, reason, finding }: Revision,
  source: string = CLOUD_EVENT_SOURCE,
  data: unknown = finding,
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: typeOf(reason, finding),
    subject: finding.id,
    ...(finding.updatedAt !== null && { time: finding.updatedAt }),
    datacontenttype: 'application/json',
    reason,
    data,
  };
}

function typeOf(reason: string, { supersededBy }: FindingFields): CloudEventType {
  if (supersededBy !== null) return 'guestwatch.finding.superseded';
  switch (reason) {
    case 'new':
      return 'guestwatch.finding.created';
    case 'rebuilt':
      return 'guestwatch.finding.rebuilt';
    case 'merge':
      return 'guestwatch.finding.merged';
    case 'triage':
      return 'guestwatch.finding.triaged';
    default:
      return 'guestwatch.finding.updated';
  }
}
