/** How a revision is worded for those that it is delivered to. */
import type { RenderPort } from '../delivery/ports.ts';

/** Where events come from, as CloudEvents wants it. */
const SOURCE = 'urn:guestwatch';
const CLOUD_EVENTS = 'application/cloudevents+json; charset=utf-8';

export function rendering(): RenderPort {
  return {
    revision({ id, reason, findingId, json }) {
      const { updatedAt } = JSON.parse(json) as { readonly updatedAt: string | null };
      const envelope = {
        ...{ specversion: '1.0', id, source: SOURCE, type: `guestwatch.finding.${reason}`, subject: findingId },
        ...(updatedAt !== null && { time: updatedAt }),
        datacontenttype: 'application/json',
      };
      return { body: `${JSON.stringify(envelope).slice(0, -1)},"data":${json}}`, contentType: CLOUD_EVENTS };
    },
    test(id, target) {
      const data = { test: true, webhook: target };
      const envelope = { specversion: '1.0', id, source: SOURCE, type: 'guestwatch.test', data };
      return { body: JSON.stringify(envelope), contentType: CLOUD_EVENTS };
    },
  };
}
