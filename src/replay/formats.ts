/** Writes an answer in the format that was asked for, as text in parts: an answer may be larger than one wants to hold twice. */
import type { FindingBody } from '../detection/describe.ts';
import type { Row } from '../detection/rows.ts';
import { csvLines } from '../formats/csv.ts';
import { FINDING_COLUMNS } from '../formats/finding.ts';
import { type OcsfContext, ocsfFinding } from '../formats/ocsf.ts';
import { type Column, tableLines } from './table.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];

export type Answer =
  | { readonly kind: 'rows'; readonly items: readonly Row[] }
  | { readonly kind: 'findings'; readonly items: readonly FindingBody[] };

const ROW_COLUMNS = [
  'ActorUpn',
  'AccountName',
  'AccountUPNSuffix',
  'ActorIp',
  'LastSignIn',
  'SignInIp',
  'FirstSeen',
  'LastSeen',
  'Operations',
  'Targets',
  'EventCount',
] as const satisfies readonly (keyof Row)[];

export interface FormatOptions {
  /** Of the terminal, for tables. */
  readonly width: number;
  readonly ocsf: OcsfContext;
}

/** The answer's text. Rows have no OCSF form: whoever reads the request refuses it. */
export function* format(answer: Answer, as: Format, { width, ocsf }: FormatOptions): Generator<string> {
  switch (as) {
    case 'json':
      yield* json(answer.items);
      break;
    case 'ndjson':
      for (const item of answer.items) yield `${JSON.stringify(item)}\n`;
      break;
    case 'csv':
      // Lines end as all that this command writes.
      if (answer.kind === 'rows') yield* csvLines(ROW_COLUMNS, answer.items, '\n');
      else yield* csvLines(FINDING_COLUMNS, answer.items, '\n');
      break;
    case 'ocsf':
      if (answer.kind === 'findings') yield* json(answer.items.map((finding) => ocsfFinding(finding, ocsf)));
      break;
    case 'table':
      yield* table(answer, width);
      break;
  }
}

/** One array, an element to a line: whole for programs, and still good for `diff` and `grep`. */
function* json(items: readonly unknown[]): Generator<string> {
  for (const [i, item] of items.entries()) yield `${i === 0 ? '[' : ',\n '}${JSON.stringify(item)}`;
  yield items.length === 0 ? '[]\n' : ']\n';
}

const shortTime = (time: string): string => time.slice(0, 19).replace('T', ' ');
const listed = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(', ');

/** From this width on there is room for the times and the address of sign-ins. */
const WIDE_COLUMNS = 150;

const ROW_TABLE: readonly Column<Row>[] = [
  { title: 'FirstSeen', cell: (row) => shortTime(row.FirstSeen), least: 10 },
  { title: 'ActorUpn', cell: (row) => row.ActorUpn, least: 14 },
  { title: 'ActorIp', cell: (row) => row.ActorIp, least: 11 },
  { title: 'Operations', cell: (row) => listed(row.Operations), least: 12 },
  { title: 'Targets', cell: (row) => listed(row.Targets), least: 13 },
  { title: 'EventCount', cell: (row) => String(row.EventCount), least: 10 },
];

const ROW_TABLE_WIDE: readonly Column<Row>[] = [
  { title: 'LastSeen', cell: (row) => shortTime(row.LastSeen), least: 19 },
  { title: 'LastSignIn', cell: (row) => shortTime(row.LastSignIn), least: 19 },
  { title: 'SignInIp', cell: (row) => row.SignInIp, least: 11 },
];

const FINDING_TABLE: readonly Column<FindingBody>[] = [
  { title: 'First seen (UTC)', cell: (finding) => shortTime(finding.firstSeen), least: 10 },
  {
    title: 'Guest',
    cell: (finding) => finding.guestUpn ?? (finding.actorUpn || (finding.actorObjectId ?? '')),
    least: 14,
  },
  { title: 'From', cell: (finding) => finding.actorIp || (finding.clientIp ?? ''), least: 11 },
  { title: 'Operations', cell: (finding) => listed(finding.operations), least: 12 },
  { title: 'Targets', cell: (finding) => listed(finding.targetNames), least: 13 },
  { title: 'Seen by', cell: seenBy, least: 10 },
];

const FINDING_TABLE_WIDE: readonly Column<FindingBody>[] = [
  { title: 'Last seen (UTC)', cell: (finding) => shortTime(finding.lastSeen), least: 19 },
  {
    title: 'Last sign-in (UTC)',
    cell: (finding) => (finding.lastSignIn === null ? '' : shortTime(finding.lastSignIn)),
    least: 19,
  },
  { title: 'Sign-in from', cell: (finding) => finding.signInIp, least: 11 },
];

function seenBy({ views, reasonCodes }: FindingBody): string {
  const codes = reasonCodes.length === 0 ? '' : ` (${reasonCodes.join(', ')})`;
  return `${views.length > 1 ? 'both views' : views.join()}${codes}`;
}

function* table(answer: Answer, width: number): Generator<string> {
  if (answer.items.length === 0) {
    yield answer.kind === 'rows' ? 'No rows.\n' : 'No findings.\n';
    return;
  }
  const isWide = width >= WIDE_COLUMNS;
  const lines =
    answer.kind === 'rows'
      ? tableLines([...ROW_TABLE, ...(isWide ? ROW_TABLE_WIDE : [])], answer.items, width)
      : tableLines([...FINDING_TABLE, ...(isWide ? FINDING_TABLE_WIDE : [])], answer.items, width);
  for (const line of lines) yield `${line}\n`;
  const { length } = answer.items;
  yield `\n${length} ${answer.kind === 'rows' ? 'row' : 'finding'}${length === 1 ? '' : 's'}\n`;
}
