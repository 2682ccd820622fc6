/** How large a page may be: it is cut by bytes too, and says where to go on. */

/** A page ends once its items are so large together, as text; a single larger item is a page by itself. */
export const PAGE_BYTES_MAX = 4_000_000;

/** As many of the items, from the first on, as make a page; of any items at least one. */
export function withinPage<Item>(items: readonly Item[], sizeOf: (item: Item) => number): readonly Item[] {
  let bytes = 0;
  const end = items.findIndex((item, i) => {
    bytes += sizeOf(item);
    return i > 0 && bytes > PAGE_BYTES_MAX;
  });
  return end < 0 ? items : items.slice(0, end);
}
