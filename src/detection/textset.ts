/** Sets of text, sorted by code unit and bounded: of too many the lowest stay, whatever the order they came in. */
import { compareText } from './fact.ts';

export const TEXT_SET_MAX = 1_000;

export interface TextSet {
  readonly values: readonly string[];
  /** True once a string had to be left out. */
  readonly truncated: boolean;
}

export const EMPTY_TEXT_SET: TextSet = { values: [], truncated: false };

/** The set with texts added; the same object where nothing changed. */
export function addTexts(set: TextSet, texts: readonly string[]): TextSet {
  let values: string[] | undefined;
  let { truncated } = set;
  for (const text of texts) {
    const at = placeOf(values ?? set.values, text);
    if ((values ?? set.values)[at] === text) continue;
    truncated ||= (values ?? set.values).length === TEXT_SET_MAX;
    if (at === TEXT_SET_MAX) continue;
    values ??= [...set.values];
    values.splice(at, 0, text);
    if (values.length > TEXT_SET_MAX) values.pop();
  }
  if (values === undefined) return truncated === set.truncated ? set : { ...set, truncated };
  return { values, truncated };
}

/** Where a text stands, or belongs, in sorted values. */
function placeOf(values: readonly string[], text: string): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(values[middle]!, text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function uniteTextSets(a: TextSet, b: TextSet): TextSet {
  const united = addTexts(a, b.values);
  return b.truncated && !united.truncated ? { ...united, truncated: true } : united;
}
