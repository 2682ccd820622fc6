/** Reads of a PromQL expression what it leans on: metrics, the labels that it asks of them, and those that it groups by. */

export interface Selector {
  readonly metric: string;
  readonly labels: readonly { readonly name: string; readonly operator: string; readonly value: string }[];
}

export interface Query {
  readonly selectors: readonly Selector[];
  /** Labels of `by`, `on` and their like. */
  readonly groups: readonly string[];
}

/** Names that are PromQL's own, in the expressions that we have. */
const WORDS = new Set(
  (
    'sum count min max rate increase deriv absent vector time unless and or by on without offset bool histogram_quantile ' +
    'max_over_time last_over_time label_replace label_values'
  ).split(' '),
);

export function readQuery(expression: string): Query {
  const groups: string[] = [];
  // Strings that stand for themselves are no names, and groupings are read apart.
  const bare = expression
    .replaceAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g, (_, names: string) => {
      groups.push(...names.split(',').flatMap((name) => name.trim() || []));
      return '';
    })
    .replaceAll(/(?<=[(,] ?)"[^"]*"/g, '""');
  const selectors = [...bare.matchAll(/([a-z_][a-z0-9_]*)(?:\{([^}]*)\})?/gi)]
    .filter(([whole, name]) => !WORDS.has(name!) && !/^[smhdwy]$/.test(whole))
    .map(([, metric, labels = '']) => ({
      metric: metric!,
      labels: [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, name, operator, value]) => ({
        name: name!,
        operator: operator!,
        value: value!,
      })),
    }));
  return { selectors, groups };
}
