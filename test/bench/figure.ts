/** What a row of the table says: a thing of ours, what it is held against, and what was wanted. */
import { availableParallelism, loadavg } from 'node:os';

export interface Target {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One line of the table. */
export interface Figure {
  /** What is measured, in a few words. */
  readonly what: string;
  /** Ours and the other's, as medians with their units. */
  readonly own: string;
  readonly peer: string;
  /** What is compared with the target: a ratio, or a number of `unit`. */
  readonly value: number;
  readonly unit: 'times' | 'ms' | 'bytes' | 'MB' | 'calls';
  /** Null where a figure only stands beside others. */
  readonly target: Target | null;
}

export interface Row {
  readonly name: string;
  readonly about: string;
  /** Measures, in so many pairs where it is a matter of pairs. */
  measure(pairs: number, say: (progress: string) => void): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which that part of all lies, the nearest one that was measured. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) throw new Error('Nothing was measured.');
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

/** The median of the ratios pair by pair: what drifts between two pairs is in both of its sides. */
export const medianRatio = (own: readonly number[], peer: readonly number[]): number =>
  median(own.map((value, i) => value / peer[i]!));

export function isMet({ value, target }: Figure): boolean {
  return (
    target === null ||
    (value <= (target.atMost ?? Number.POSITIVE_INFINITY) && value >= (target.atLeast ?? Number.NEGATIVE_INFINITY))
  );
}

/** Where figures were measured. */
export interface Machine {
  readonly node: string;
  readonly cores: number;
  /** Processes that wanted a core, over the last minute: more than there are cores, and the figures are those of a busy machine. */
  readonly load: number;
}

export const thisMachine = (): Machine => ({
  node: process.version,
  cores: availableParallelism(),
  load: loadavg()[0]!,
});

/** What was measured in one run, and where. */
export interface Run {
  readonly command: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

export const jsonOf = ({ figures, ...run }: Run): string =>
  JSON.stringify({ ...run, figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })) });

/** The figures as a table, and below it how many targets are met, and the machine. */
export function tableOf({ command, machine, figures }: Run): string {
  const lines = [['figure', 'ours', 'floor or peer', 'compared', 'target', '']];
  for (const figure of figures) {
    const { what, own, peer, target } = figure;
    const verdict = target === null ? '' : isMet(figure) ? 'met' : 'MISSED';
    lines.push([what, own, peer, compared(figure), wanted(figure), verdict]);
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const table = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  const aimed = figures.filter(({ target }) => target !== null);
  const { node, cores, load } = machine;
  return [
    ...table,
    '',
    `${aimed.filter(isMet).length} of ${aimed.length} targets met`,
    `${command}, Node ${node}, ${cores} cores, load ${load.toFixed(1)}`,
  ].join('\n');
}

const compared = ({ value, unit }: Figure): string => `${round(value)} ${unit}`;

function wanted({ target, unit }: Figure): string {
  if (target === null) return '';
  const [word, limit] = target.atMost === undefined ? ['at least', target.atLeast!] : ['at most', target.atMost];
  return `${word} ${round(limit)} ${unit}`;
}

/** Three digits that count. */
export const round = (value: number): string => String(Number(value.toPrecision(3)));
