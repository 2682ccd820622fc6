/** Holds events against the published OCSF schema: unknown, missing and mistyped attributes, values, siblings and constraints. */
import { readFileSync } from 'node:fs';

export interface AttributeRule {
  /** Of `types`, or the name of an object. */
  readonly type: string;
  readonly requirement: 'required' | 'recommended' | 'optional';
  readonly isArray?: true;
  /** Only where the event names this profile. */
  readonly profile?: string;
  readonly isDeprecated?: true;
  /** Values with their captions. */
  readonly values?: Record<string, string>;
  /** The attribute that says the caption of the value. */
  readonly sibling?: string;
}

export interface ObjectRule {
  readonly atLeastOne?: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeRule>>;
}

export interface Schema {
  readonly source: string;
  readonly licence: string;
  readonly version: string;
  readonly classUid: number;
  readonly event: ObjectRule;
  readonly objects: Readonly<Record<string, ObjectRule>>;
  readonly types: Readonly<
    Record<
      string,
      {
        readonly base: string;
        readonly regex?: string;
        readonly max_len?: number;
        readonly range?: readonly [number, number];
        readonly values?: readonly unknown[];
      }
    >
  >;
}

export const schema: Schema = JSON.parse(readFileSync(new URL('detection-finding.json', import.meta.url), 'utf8'));

type Json = Readonly<Record<string, unknown>>;

/** Everything in an event that the schema does not have, as sentences. */
export function ocsfFaults(event: Json): string[] {
  const metadata = event['metadata'] as { version?: string; profiles?: readonly string[] } | undefined;
  const { class_uid: classUid, activity_id: activity, type_uid: typeUid } = event as Record<string, number>;
  return [
    ...(metadata?.version === schema.version ? [] : [`metadata.version is not ${schema.version}`]),
    ...(classUid === schema.classUid ? [] : [`class_uid is not ${schema.classUid}`]),
    ...(event['category_uid'] === Math.trunc(schema.classUid / 1_000) ? [] : ['category_uid is not that of the class']),
    ...(typeUid === schema.classUid * 100 + activity! ? [] : ['type_uid is not class_uid * 100 + activity_id']),
    ...objectFaults('', event, schema.event, new Set(metadata?.profiles)),
  ];
}

function objectFaults(place: string, value: Json, rule: ObjectRule, profiles: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    const own = rule.attributes[name];
    const where = `${place}${name}`;
    if (own === undefined) faults.push(`${where} is not known`);
    else if (own.isDeprecated) faults.push(`${where} is deprecated`);
    else if (own.profile !== undefined && !profiles.has(own.profile))
      faults.push(`${where} needs the profile ${own.profile}`);
    else faults.push(...attributeFaults(where, given, own, value, profiles));
  }
  for (const [name, { requirement, profile }] of Object.entries(rule.attributes)) {
    const isDue = requirement === 'required' && (profile === undefined || profiles.has(profile));
    if (isDue && !Object.hasOwn(value, name)) faults.push(`${place}${name} is missing`);
  }
  if (rule.atLeastOne !== undefined && !rule.atLeastOne.some((name) => Object.hasOwn(value, name)))
    faults.push(`${place || 'the event'} has none of ${rule.atLeastOne.join(', ')}`);
  return faults;
}

function attributeFaults(
  place: string,
  given: unknown,
  rule: AttributeRule,
  beside: Json,
  profiles: ReadonlySet<string>,
): string[] {
  if (Array.isArray(given) !== (rule.isArray === true) && rule.type !== 'json_t')
    return [`${place} is an array, or is none`];
  const values = rule.isArray ? (given as unknown[]) : [given];
  const faults = values.flatMap((value, i) =>
    valueFaults(rule.isArray ? `${place}[${i}]` : place, value, rule, profiles),
  );
  if (rule.values === undefined || rule.isArray) return faults;
  const caption = rule.values[String(given)];
  if (caption === undefined) return [...faults, `${place} cannot be ${String(given)}`];
  const said = rule.sibling === undefined ? undefined : beside[rule.sibling];
  if (String(given) === '99')
    return said === undefined ? [...faults, `${place} is other, and nothing says what`] : faults;
  return said === undefined || said === caption
    ? faults
    : [...faults, `${rule.sibling} beside ${place} is not ${caption}`];
}

function valueFaults(place: string, value: unknown, { type }: AttributeRule, profiles: ReadonlySet<string>): string[] {
  if (type === 'json_t') return value === undefined ? [`${place} is no JSON`] : [];
  const object = schema.objects[type];
  if (object !== undefined) {
    if (typeof value !== 'object' || value === null) return [`${place} is no object`];
    // The object without attributes takes anything.
    return type === 'object' ? [] : objectFaults(`${place}.`, value as Json, object, profiles);
  }
  const { base, regex, max_len: lengthMax = Infinity, range } = schema.types[type]!;
  const isOf = SCALARS[base === 'long_t' ? 'integer_t' : base];
  if (isOf === undefined) throw new Error(`${place} is of the type ${type}, which this does not know`);
  if (!isOf(value)) return [`${place} is no ${type}`];
  if (
    typeof value === 'string' &&
    (value.length > lengthMax || (regex !== undefined && !new RegExp(regex).test(value)))
  )
    return [`${place} is no ${type}`];
  return range !== undefined && ((value as number) < range[0] || (value as number) > range[1])
    ? [`${place} is out of range`]
    : [];
}

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string_t: (value) => typeof value === 'string',
  integer_t: Number.isSafeInteger,
  float_t: (value) => typeof value === 'number',
  boolean_t: (value) => typeof value === 'boolean',
};
