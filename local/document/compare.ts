/** What of a new document breaks programs that were written by an older one. */
import { type Difference, type Json, Schemas } from './schemas.ts';

export type { Difference, Json } from './schemas.ts';

type Named = Readonly<Record<string, Json>>;

/** Every breaking difference, each place and fault once. What is only added breaks nobody, nor do other words. */
export function breakingDifferences(older: Json, newer: Json): readonly Difference[] {
  const found = new Map<string, Difference>();
  const report = (place: string, what: string): void => void found.set(`${place}: ${what}`, { place, what });
  const schemas = new Schemas(older, newer, report);
  for (const [path, calls] of Object.entries(older['paths'] as Readonly<Record<string, Named>>)) {
    for (const [method, before] of Object.entries(calls)) {
      const after = (newer['paths'] as Readonly<Record<string, Named>>)[path]?.[method];
      const name = String(before['operationId']);
      if (after === undefined) report(name, `${method.toUpperCase()} ${path} is gone`);
      else {
        if (after['operationId'] !== name) report(name, `is called ${after['operationId']}`);
        compareParameters(name, before, after, schemas, report);
        compareBodies(name, before, after, schemas, report);
        compareAnswers(name, before, after, schemas, report);
      }
    }
  }
  const problem = { $ref: '#/components/schemas/Problem' };
  schemas.compare('answered', 'Problem', problem, problem);
  return [...found.values()];
}

type Report = (place: string, what: string) => void;

function compareParameters(name: string, before: Json, after: Json, schemas: Schemas, report: Report): void {
  const [older, newer] = [parametersOf(before), parametersOf(after)];
  for (const [place, parameter] of Object.entries(older)) {
    const there = newer[place];
    if (there === undefined) report(`${name} ${place}`, 'is gone');
    else schemas.compare('asked', `${name} ${place}`, parameter['schema'] as Json, there['schema'] as Json);
  }
  for (const [place, parameter] of Object.entries(newer))
    if (parameter['required'] === true && older[place]?.['required'] !== true)
      report(`${name} ${place}`, 'must now be given');
}

const parametersOf = (call: Json): Named =>
  Object.fromEntries(((call['parameters'] ?? []) as Json[]).map((one) => [`${one['in']} ${one['name']}`, one]));

function compareBodies(name: string, before: Json, after: Json, schemas: Schemas, report: Report): void {
  const [older, newer] = [before['requestBody'] as Json | undefined, after['requestBody'] as Json | undefined];
  if (newer?.['required'] === true && older?.['required'] !== true) report(`${name} body`, 'must now be given');
  if (older === undefined) return;
  if (newer === undefined) report(`${name} body`, 'is gone');
  else compareContents('asked', `${name} body`, older, newer, schemas, report);
}

function compareAnswers(name: string, before: Json, after: Json, schemas: Schemas, report: Report): void {
  const [older, newer] = [before['responses'] as Named, after['responses'] as Named];
  for (const [status, answer] of Object.entries(older)) {
    const there = newer[status];
    if (there === undefined) report(`${name} ${status}`, 'is no longer answered');
    else {
      for (const header of Object.keys((answer['headers'] ?? {}) as Json))
        if ((there['headers'] as Json | undefined)?.[header] === undefined)
          report(`${name} ${status} ${header}`, 'is gone');
      compareContents('answered', `${name} ${status}`, answer, there, schemas, report);
    }
  }
}

function compareContents(
  direction: 'asked' | 'answered',
  place: string,
  before: Json,
  after: Json,
  schemas: Schemas,
  report: Report,
): void {
  const [older, newer] = [before, after].map((one) => (one['content'] ?? {}) as Named);
  for (const [mediaType, content] of Object.entries(older!)) {
    const there = newer![mediaType];
    if (there === undefined) report(`${place} ${mediaType}`, 'is gone');
    // Which problems a status may be is told by the document's words; the body is the same for all of them.
    else if (mediaType !== 'application/problem+json')
      schemas.compare(direction, place, content['schema'] as Json, there['schema'] as Json);
    else
      for (const problem of problemsOf(content))
        if (!problemsOf(there).includes(problem)) report(`${place} ${problem}`, 'is gone');
  }
}

const problemsOf = (content: Json): readonly string[] => Object.keys((content['examples'] ?? {}) as Json);

/** The places that the newest section of the changelog owns up to, in lines such as `- Breaking: Finding.severity: may now be null`. */
export function ownedPlaces(changelog: string): ReadonlySet<string> {
  const newest = changelog.split(/^## /m)[1] ?? '';
  return new Set([...newest.matchAll(/^- Breaking: (.+?):\s/gm)].map(([, place]) => place!));
}

/** The line by which the changelog owns up to a difference. */
export const ownedLine = ({ place, what }: Difference): string => `- Breaking: ${place}: ${what}`;

/** The differences from any of the older documents that the changelog does not own up to. */
export function unownedDifferences(olders: readonly Json[], newer: Json, changelog: string): readonly Difference[] {
  const owned = ownedPlaces(changelog);
  const found = olders.flatMap((older) => breakingDifferences(older, newer)).filter(({ place }) => !owned.has(place));
  return [...new Map(found.map((one) => [ownedLine(one), one])).values()];
}
