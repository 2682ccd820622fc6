/** What a mistyped word was most likely meant to be. */

/** How many letters (inserted, left out, replaced, or swapped with their neighbour) lie between two words. */
export function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : replaced;
      row.push(Math.min(replaced, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The known word nearest to one that was written, if it is at most `max` letters away; of equally near ones the first. */
export function nearest(written: string, known: Iterable<string>, max: number): string | undefined {
  let best: { word: string; letters: number } | undefined;
  for (const word of known) {
    // A cheap bound first: the table below costs the product of both lengths.
    if (Math.abs(word.length - written.length) > max) continue;
    const letters = distance(written, word);
    if (letters <= max && (best === undefined || letters < best.letters)) best = { word, letters };
  }
  return best?.word;
}
