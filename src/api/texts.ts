/** The texts that findings and changes are given in: those of a change are made once for each form, for all who read it. */
import { type CloudEvent, cloudEvent } from '../formats/cloudEvent.ts';
import type { FindingFields } from '../formats/finding.ts';
import { type OcsfContext, ocsfFinding } from '../formats/ocsf.ts';
import type { ChangeText, JsonText } from './ports.ts';

/** What a finding may be written as. */
export const FINDING_FORMATS = ['json', 'ocsf'] as const;
export type FindingFormat = (typeof FINDING_FORMATS)[number];

export class Texts {
  readonly #context: () => OcsfContext;
  readonly #made = new WeakMap<ChangeText, Map<string, string | Buffer>>();

  constructor(context: () => OcsfContext) {
    this.#context = context;
  }

  /** A finding as an OCSF event. */
  ocsf(finding: FindingFields): JsonText {
    return JSON.stringify(this.#ocsf(finding, null));
  }

  /** A change as it stands in a page. */
  change(change: ChangeText, format: FindingFormat): JsonText {
    return this.#once(change, `change ${format}`, () => {
      const { cursor, reason, json, id } = change;
      const finding = format === 'json' ? json : JSON.stringify(this.#ocsf(JSON.parse(json), id));
      return `{"cursor":${JSON.stringify(cursor)},"reason":${JSON.stringify(reason)},"finding":${finding}}`;
    });
  }

  /** The same as a server-sent event: bytes, which all connections share. */
  frame(change: ChangeText, format: FindingFormat): Buffer {
    const text = () => `id: ${change.cursor}\nevent: change\ndata: ${this.change(change, format)}\n\n`;
    return this.#once(change, `frame ${format}`, () => Buffer.from(text()));
  }

  /** The same as a CloudEvent, which says its place in the feed too. */
  cloudEvent(change: ChangeText, format: FindingFormat): JsonText {
    return this.#once(change, `event ${format}`, () => {
      const { id, reason, cursor, json } = change;
      const finding = JSON.parse(json) as FindingFields;
      const data = format === 'json' ? finding : this.#ocsf(finding, id);
      const event: CloudEvent & { cursor: string } = {
        ...cloudEvent({ id, reason, finding }, undefined, data),
        cursor,
      };
      return JSON.stringify(event);
    });
  }

  #ocsf(finding: FindingFields, id: string | null) {
    return ocsfFinding(finding, this.#context(), id);
  }

  #once<Text extends string | Buffer>(change: ChangeText, form: string, make: () => Text): Text {
    const made = this.#made.get(change) ?? new Map<string, string | Buffer>();
    this.#made.set(change, made);
    const known = made.get(form);
    if (known !== undefined) return known as Text;
    const text = make();
    made.set(form, text);
    return text;
  }
}
