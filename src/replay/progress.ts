/** One line on a terminal that says how far the reading has come. */

interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Progress {
  /** That many more bytes have been read. */
  add(bytes: number): void;
  /** Takes the line away. */
  done(): void;
}

const SILENT: Progress = { add: () => undefined, done: () => undefined };
/** Oftener is no smoother, and slow over a far connection. */
const DRAW_EVERY_MS = 100;
const BAR_LENGTH = 24;
const CLEAR_LINE = '\r\u001b[K';

/** A progress line, silent where the output is no terminal. `totalBytes` is null where it cannot be known. */
export function progressOn(terminal: Terminal, totalBytes: number | null, now: () => number): Progress {
  if (terminal.isTTY !== true) return SILENT;
  let readBytes = 0;
  // What is read at once needs no line.
  let drawnMs = now();
  let isDrawn = false;
  return {
    add(bytes) {
      readBytes += bytes;
      if (now() - drawnMs < DRAW_EVERY_MS) return;
      drawnMs = now();
      isDrawn = true;
      const line = progressLine(readBytes, totalBytes);
      terminal.write(`${CLEAR_LINE}${line.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    done() {
      if (isDrawn) terminal.write(CLEAR_LINE);
    },
  };
}

export function progressLine(readBytes: number, totalBytes: number | null): string {
  if (totalBytes === null) return `reading  ${inUnits(readBytes)}`;
  const part = totalBytes === 0 ? 1 : Math.min(1, readBytes / totalBytes);
  const bar = '█'.repeat(Math.round(part * BAR_LENGTH)).padEnd(BAR_LENGTH, '░');
  return `reading  ${bar}  ${String(Math.floor(part * 100)).padStart(3)} %  ${inUnits(readBytes)} of ${inUnits(totalBytes)}`;
}

/** `1.5 GB`: three digits are enough to see it move. */
export function inUnits(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1_000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
