/** What came of expectations as JUnit XML, which build servers show test by test. */
import { type Outcome, wordsOf } from './expect.ts';

export interface Suite {
  /** The file that the expectations stand in, as it was written. */
  readonly file: string;
  readonly what: 'findings' | 'rows';
  readonly outcomes: readonly Outcome[];
}

export function junitOf({ file, what, outcomes }: Suite): string {
  const failures = outcomes.filter(({ holds }) => !holds).length;
  const sums = `tests="${outcomes.length}" failures="${failures}" errors="0" skipped="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${sums}>`,
    `  <testsuite name="guestwatch replay" ${sums}>`,
    ...outcomes.flatMap((outcome) => testCase(outcome, file, what)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(outcome: Outcome, file: string, what: Suite['what']): string[] {
  const { actor, view, bound, count, line } = outcome.expectation;
  const name = `${actor}: ${bound.replace('_', ' ')} ${count}`;
  const open = `    <testcase classname="guestwatch.${what}.${view}" name="${escaped(name)}" file="${escaped(file)}" line="${line}"`;
  if (outcome.holds) return [`${open}/>`];
  const words = escaped(wordsOf(outcome, what));
  return [
    `${open}>`,
    `      <failure message="${words}">${escaped(file)} line ${line}: ${words}</failure>`,
    '    </testcase>',
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or an attribute; what XML cannot hold at all becomes a replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}
