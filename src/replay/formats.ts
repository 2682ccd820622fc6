/** Writes an answer in the format that was asked for, as text in parts: an answer may be larger than one wants to hold twice. */
import type { FindingBody } from '../detection/describe.ts';
import type { Row } from '../detection/rows.ts';
import { type Column, tableLines } from './table.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
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

const FINDING_COLUMNS = [
  'id',
  'revision',
  'supersededBy',
  'tenantId',
  'actorUpn',
  'actorObjectId',
  'accountName',
  'accountUpnSuffix',
  'guestUpn',
  'actorIp',
  'clientIp',
  'firstSeen',
  'lastSeen',
  'lastSignIn',
  'signInIp',
  'operations',
  'targets',
  'targetNames',
  'eventCount',
  'views',
  'reasonCodes',
  'late',
  'severity',
  'tactics',
  'techniques',
  'status',
  'classification',
  'assignedTo',
  'comments',
  'suppressed',
  'evidenceCount',
  'evidenceTruncated',
  'targetsTruncated',
  'ruleHash',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof FindingBody)[];

/** The answer's text; `width` is that of the terminal, for tables. */
export function* format(answer: Answer, as: Format, width: number): Generator<string> {
  switch (as) {
    case 'json':
      yield* json(answer.items);
      break;
    case 'ndjson':
      for (const item of answer.items) yield `${JSON.stringify(item)}\n`;
      break;
    case 'csv':
      if (answer.kind === 'rows') yield* csv(ROW_COLUMNS, answer.items);
      else yield* csv(FINDING_COLUMNS, answer.items);
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

function* csv<Name extends string>(
  columns: readonly Name[],
  items: readonly Record<Name, unknown>[],
): Generator<string> {
  yield `${columns.join(',')}\n`;
  for (const item of items) yield `${columns.map((column) => csvCell(item[column])).join(',')}\n`;
}

/** Sets are JSON arrays in one cell; null is an empty cell. */
function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
