/** How a revision is worded for those that it is delivered to: in the forms that the feed has, too. */
import { CLOUD_EVENT_SOURCE, cloudEvent } from '../formats/cloudEvent.ts';
import type { FindingFields } from '../formats/finding.ts';
import { type OcsfContext, ocsfFinding } from '../formats/ocsf.ts';
import type { RenderPort } from './ports.ts';

const CLOUD_EVENTS = 'application/cloudevents+json; charset=utf-8';

export function rendering(context: () => OcsfContext): RenderPort {
  return {
    revision({ id, reason, json }, format) {
      const finding = JSON.parse(json) as FindingFields;
      const data = format === 'ocsf' ? ocsfFinding(finding, context(), id) : finding;
      return rendered(cloudEvent({ id, reason, finding }, CLOUD_EVENT_SOURCE, data));
    },
    test(id, target) {
      const data = { test: true, webhook: target };
      return rendered({ specversion: '1.0', id, source: CLOUD_EVENT_SOURCE, type: 'guestwatch.test', data });
    },
  };
}

const rendered = (event: object) => ({ body: JSON.stringify(event), contentType: CLOUD_EVENTS });
