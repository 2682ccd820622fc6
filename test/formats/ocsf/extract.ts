/**
 * Makes `detection-finding.json` from a checkout of the OCSF schema: the class with everything that it can hold, resolved,
 * without descriptions. Run by hand when the schema moves: `npx tsx test/formats/ocsf/extract.ts CHECKOUT COMMIT`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AttributeRule, ObjectRule, Schema } from './validate.ts';

type Json = Record<string, unknown>;
type Attributes = Record<string, Json>;

const [root = '', commit = ''] = process.argv.slice(2);
const read = (path: string): Json => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
const dictionary = read('dictionary.json');
const known = dictionary['attributes'] as Attributes;
const types = (dictionary['types'] as { attributes: Attributes }).attributes;

/** By name, wherever under the folder the file lies. */
function readAll(folder: string): Map<string, Json> {
  const paths = readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.json'),
  );
  const files = paths.map((path) => read(`${folder}/${path}`));
  return new Map(files.map((file) => [String(file['name']), file]));
}
const events = readAll('events');
const objects = readAll('objects');

/** A child's attributes over its parent's, part by part; `$include` brings those of a profile. */
function merge(parent: Attributes, child: Json): Attributes {
  const { $include: included = [], ...own } = child as { $include?: string[] };
  const all: Attributes = { ...parent };
  const add = (attributes: Attributes, profile?: string): void => {
    for (const [name, given] of Object.entries(attributes)) {
      const before = all[name];
      const enumeration = { ...(before?.['enum'] as Json), ...(given['enum'] as Json) };
      all[name] = {
        ...(before ?? (profile && { profile })),
        ...given,
        ...(Object.keys(enumeration).length > 0 && { enum: enumeration }),
      };
    }
  };
  for (const path of included) {
    const profile = read(path);
    add(profile['attributes'] as Attributes, String(profile['name']));
  }
  add(own as Attributes);
  return all;
}

/** Attributes and constraints of a definition with those of all that it extends. */
function resolve(files: Map<string, Json>, name: string): { attributes: Attributes; constraints: Json } {
  const file = files.get(name)!;
  const parent =
    file['extends'] === undefined ? { attributes: {}, constraints: {} } : resolve(files, String(file['extends']));
  return {
    attributes: merge(parent.attributes, (file['attributes'] ?? {}) as Json),
    constraints: (file['constraints'] ?? parent.constraints) as Json,
  };
}

const captions = (enumeration: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((enumeration ?? {}) as Attributes).map(([value, { caption }]) => [value, String(caption)]),
  );

function ruleOf(name: string, given: Json): AttributeRule {
  const whole = { ...known[name], ...given } as Json;
  const values = { ...captions(known[name]?.['enum']), ...captions(given['enum']) };
  return {
    type: String(whole['type']),
    requirement: (whole['requirement'] ?? 'optional') as AttributeRule['requirement'],
    ...(whole['is_array'] === true && { isArray: true }),
    ...(typeof whole['profile'] === 'string' && { profile: whole['profile'] }),
    ...(whole['@deprecated'] !== undefined && { isDeprecated: true }),
    ...(Object.keys(values).length > 0 && { values }),
    ...(typeof whole['sibling'] === 'string' && { sibling: whole['sibling'] }),
  };
}

function objectOf(files: Map<string, Json>, name: string): ObjectRule {
  const { attributes, constraints } = resolve(files, name);
  const atLeastOne = constraints['at_least_one'] as string[] | undefined;
  return {
    ...(atLeastOne && { atLeastOne }),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([attribute, given]) => [attribute, ruleOf(attribute, given)]),
    ),
  };
}

/** What an observable can be is told where each kind is defined. */
function observables(): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (of: Json | undefined, caption: unknown): void => {
    if (typeof of?.['observable'] === 'number') found[String(of['observable'])] = String(caption);
  };
  for (const type of Object.values(types)) add(type, type['caption']);
  for (const attribute of Object.values(known)) add(attribute, attribute['caption']);
  for (const object of objects.values()) {
    add(object, object['caption']);
    for (const [name, given] of Object.entries((object['attributes'] ?? {}) as Attributes))
      add(given, `${object['caption']}: ${known[name]?.['caption']}`);
  }
  return found;
}

const event = objectOf(events, 'detection_finding');
const reached = new Map<string, ObjectRule>();
const queue = [event];
for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
  for (const { type } of Object.values(next.attributes)) {
    if (Object.hasOwn(types, type) || reached.has(type)) continue;
    const object = objectOf(objects, type);
    reached.set(type, object);
    queue.push(object);
  }
}
Object.assign(reached.get('observable')!.attributes['type_id']!.values!, observables());

// What the schema's server works out: the numbers of the category, the class and its types.
const definition = events.get('detection_finding')!;
const category = (read('categories.json')['attributes'] as Attributes)['findings']!;
const classUid = Number(category['uid']) * 1_000 + Number(definition['uid']);
const className = String(definition['caption']);
const fixed = (name: string, values: Record<string, string>): void => {
  Object.assign((event.attributes as Record<string, AttributeRule>)[name]!, { values });
};
fixed('category_uid', { [String(category['uid'])]: String(category['caption']) });
fixed('class_uid', { [classUid]: className });
fixed(
  'type_uid',
  Object.fromEntries(
    Object.entries(event.attributes['activity_id']!.values!).map(([activity, caption]) => [
      classUid * 100 + Number(activity),
      `${className}: ${caption}`,
    ]),
  ),
);

const schema: Schema = {
  source: `github.com/ocsf/ocsf-schema ${commit}`,
  licence: 'Apache-2.0, see LICENSE and NOTICE beside this file',
  version: String(read('version.json')['version']),
  classUid,
  event,
  objects: Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1))),
  types: Object.fromEntries(
    Object.entries(types).map(
      ([name, { type, regex, max_len, range, values }]) =>
        [name, { base: type ?? name, regex, max_len, range, values }] as const,
    ),
  ) as Schema['types'],
};
const line = (value: unknown): string => JSON.stringify(value);
const lines = (entries: object): string =>
  Object.entries(entries)
    .map(([name, value]) => `${line(name)}:${line(value)}`)
    .join(',\n');
const { event: whole, objects: all, types: scalars, ...head } = schema;
writeFileSync(
  new URL('detection-finding.json', import.meta.url),
  `{${lines(head)},\n"event":{"attributes":{\n${lines(whole.attributes)}}},\n"objects":{\n${lines(all)}},\n"types":{\n${lines(scalars)}}}\n`,
);
