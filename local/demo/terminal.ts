/** Lines on a terminal or in a pipe: wrapped to its width, in colour only where someone sees it. */

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export interface Terminal {
  /** Writes a line as it is. */
  line(text?: string): void;
  /** Writes a text of any length, wrapped, each line indented by so many columns. */
  paragraph(text: string, indent?: number): void;
  colour(colour: Colour, text: string): string;
}

export interface Screen extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const WIDTH_MIN = 80;
/** Longer lines are hard to read. */
const WIDTH_MAX = 110;

export function createTerminal(screen: Screen, env: NodeJS.ProcessEnv): Terminal {
  // https://no-color.org: any value but the empty one.
  const isColoured = screen.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const line = (text = '') => void screen.write(`${text}\n`);
  return {
    line,
    paragraph(text, indent = 0) {
      const width = Math.min(Math.max(screen.columns ?? WIDTH_MIN, WIDTH_MIN), WIDTH_MAX) - indent;
      for (const part of wrap(text, width)) line(`${' '.repeat(indent)}${part}`);
    },
    colour(colour, text) {
      const [on, off] = CODES[colour];
      return isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
    },
  };
}

/** Breaks a text without colours at spaces; a word that is longer than a line has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length > width && current !== '') {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** `1,234`. */
export const count = (n: number): string => n.toLocaleString('en-US');

/** `0.21 s`. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
