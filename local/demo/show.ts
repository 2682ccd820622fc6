/** How the demo looks: its title, its stages, a finding, the summary and what to try next. */
import type { Counts } from './answers.ts';
import type { Told } from './sentences.ts';
import { type Colour, count, seconds, type Terminal } from './terminal.ts';

export function showTitle({ line, colour }: Terminal): void {
  line();
  line(
    `${colour('bold', 'guestwatch')} finds guests who do privileged things in Microsoft Entra ID, as the logs flow.`,
  );
  line();
}

/** A stage that is done. */
export function showStage({ line, colour }: Terminal, name: string, detail: string, ms: number): void {
  line(`  ${colour('green', '✓')} ${name.padEnd(24)} ${detail.padEnd(36)} ${colour('dim', seconds(ms).padStart(8))}`);
}

const KINDS: Readonly<Record<Told['kind'], readonly [colour: Colour, title: string, about: string, why: string]>> = {
  found: ['cyan', 'FINDING', 'the rule as written sees it too', ''],
  missed: ['red', 'FINDING', 'missed by the rule as written', 'Why the rule misses it'],
  accused: ['yellow', 'NO FINDING', 'but the rule as written accuses', 'Why that is wrong'],
};

export function showTold({ line, paragraph, colour }: Terminal, told: Told): void {
  const [shade, title, about, why] = KINDS[told.kind];
  const more = told.isMore ? ', more of an earlier one' : '';
  const after = told.latencyMs === null ? '' : colour('dim', ` in ${seconds(told.latencyMs)}`);
  line(`  ${colour(shade, `● ${title}`)}${after}${colour(shade, `${more}, ${about}`)}`);
  paragraph(told.sentence, 4);
  if (told.why !== '') paragraph(`${why}: ${told.why}`, 4);
  line();
}

export interface Summary extends Counts {
  readonly sent: number;
  readonly found: number;
  readonly missed: number;
  readonly accused: number;
  /** What did not come about in time; empty where all did. */
  readonly missing: string;
}

export function showSummary({ line, paragraph, colour }: Terminal, summary: Summary): void {
  const { found, missed, accused } = summary;
  const rows: readonly (readonly [string, number, string])[] = [
    ['records sent', summary.sent, 'with the Azure SDK, to two hubs'],
    ['records read', summary.records, ''],
    ['facts', summary.facts, 'sign-ins of guests, and privileged operations'],
    ['findings', found + missed, '/v1/findings'],
    ['  missed by the rule', missed, '/v1/findings?view=missed'],
    ['accused by it wrongly', accused, '/v1/findings?view=accused'],
    ['dead letters', summary.deadLetters, 'what nobody could read, kept: /v1/dead-letters'],
  ];
  line(colour('bold', 'In all'));
  for (const [name, n, about] of rows)
    line(`  ${name.padEnd(23)}${count(n).padStart(6)}   ${about === '' ? '' : colour('dim', about)}`.trimEnd());
  if (summary.missing !== '') paragraph(colour('yellow', `Not as it should be: ${summary.missing}.`), 2);
  line();
}

export interface Addresses {
  readonly api: string;
  /** The file that holds the records sent. */
  readonly sample: string;
  readonly log: string;
}

export function showNext({ line, colour }: Terminal, { api, sample, log }: Addresses): void {
  const steps: readonly (readonly [string, string])[] = [
    ['the API, explained, to be tried in a browser', `${api}/docs`],
    ['what the query as written would not have found', `curl -s '${api}/v1/findings?view=missed'`],
    ['the rows of that query, as it gives them', `curl -s '${api}/v1/rule/rows'`],
    ['why someone is a finding, or is not', `curl -s '${api}/v1/explain?actor=ann@partner.example'`],
    ['the next finding, as soon as there is one', `curl -s '${api}/v1/changes?after=now&wait=60'`],
    [
      'the same records through the same engine, without servers',
      `npm run -s guestwatch -- replay --view missed ${sample}`,
    ],
    ['the stack and the service without traffic, to develop on', 'npm run local'],
  ];
  line(colour('bold', 'What to try next, in another terminal'));
  for (const [about, command] of steps) {
    line(`  ${colour('dim', `${about}:`)}`);
    line(`    ${command}`);
  }
  line();
  line(`  The service logs to ${log}`);
  line('  Traffic goes on: a few sign-ins a second, now and then a finding. Ctrl-C ends everything.');
  line();
}
