/** Tables for terminals: columns as wide as what they hold or as there is room for, long cells over several lines, nothing cut off. */

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => string;
  /** The least width that it is squeezed to; below its own contents it is never widened. */
  readonly least: number;
}

const GAP = '  ';

/** Lines of a table that is at most `width` wide, as long as the columns' least widths allow. */
export function tableLines<Item>(columns: readonly Column<Item>[], items: readonly Item[], width: number): string[] {
  const rows = [
    columns.map(({ title }) => title),
    ...items.map((item) => columns.map(({ cell }) => printable(cell(item)))),
  ];
  const natural = columns.map((_, i) => Math.max(...rows.map((row) => widthOf(row[i]!))));
  const widths = fit(
    natural,
    columns.map(({ least }) => least),
    width - GAP.length * (columns.length - 1),
  );
  const lines = rows.map((row) => rowLines(row, widths));
  return [...lines[0]!, widths.map((size) => '─'.repeat(size)).join(GAP), ...lines.slice(1).flat()];
}

/** Takes width from the widest columns first, none below its least. */
function fit(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  const floor = natural.map((size, i) => Math.min(size, least[i]!));
  for (let excess = widths.reduce((a, b) => a + b, 0) - room; excess > 0; excess--) {
    const squeezable = widths.map((size, i) => (size > floor[i]! ? size : 0));
    const widest = Math.max(...squeezable);
    if (widest === 0) break;
    widths[squeezable.indexOf(widest)]!--;
  }
  return widths;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((text, i) => wrap(text, widths[i]!));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, i) => pad(lines[line] ?? '', widths[i]!))
      .join(GAP)
      .trimEnd(),
  );
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** After these a line may end without a word being torn apart. */
const BREAKS = /(?<=[ @_/.,+-])/;

/** Breaks where names and sentences have joints, and elsewhere only what is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const part of text.split(BREAKS).flatMap((word) => torn(word, width))) {
    const joined = lines.at(-1)! + part;
    if (widthOf(joined.trimEnd()) <= width) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}

function torn(word: string, width: number): string[] {
  const parts = [''];
  for (const character of word) {
    const longer = parts.at(-1)! + character;
    if (parts.at(-1) === '' || widthOf(longer.trimEnd()) <= width) parts[parts.length - 1] = longer;
    else parts.push(character);
  }
  return parts;
}

/** Characters that stand on two columns in East Asian scripts, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NO_WIDTH = /\p{Mn}|\p{Me}/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/**
 * Text that a terminal can show as it is: what a log holds was chosen by strangers, and must not move the cursor, colour the
 * screen or turn the reading direction.
 */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
