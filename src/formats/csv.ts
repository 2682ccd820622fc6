/**
 * Tables as CSV (RFC 4180). Null is an empty cell; what is no scalar, such as a set, is JSON in one cell.
 *
 * What stands in a log was chosen by strangers, and a spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a
 * carriage return as a formula. Such a text gets an apostrophe before it, and so does one that begins with apostrophes before
 * one of these: to undo it, take one apostrophe from every text that begins with apostrophes before one of these. Numbers
 * are left as they are.
 */

/** The table's lines, the header first. `end` ends each: CRLF by the RFC, or what the reader's system has. */
export function* csvLines<Name extends string>(
  columns: readonly Name[],
  rows: Iterable<Readonly<Record<Name, unknown>>>,
  end: '\r\n' | '\n' = '\r\n',
): Generator<string> {
  yield `${columns.join(',')}${end}`;
  for (const row of rows) yield `${columns.map((column) => cellOf(row[column])).join(',')}${end}`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = defused(typeof value === 'string' ? value : JSON.stringify(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const defused = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);
