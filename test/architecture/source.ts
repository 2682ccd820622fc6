/** Reads source files for what they import and what they touch, by parsing them: names in strings and comments do not count. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

export interface SourceFile {
  /** From the root of the checkout: `src/api/ports.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Reading {
  readonly path: string;
  /** As written: `./ports.ts`, `node:fs`, `ioredis`. An import of an expression reads `(computed)`. */
  readonly imports: readonly string[];
  /** Those of them that stand for types alone, and are gone when the program runs. */
  readonly typeImports: ReadonlySet<string>;
  /** Global names that are used as values, such as `process`, and calls that read the clock or the dice, such as `Date.now`. */
  readonly globals: ReadonlySet<string>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All TypeScript files under a folder of the checkout. */
export function filesUnder(folder: string): SourceFile[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`)
    .sort()
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }));
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function readSource({ path, text }: SourceFile): Reading {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  );
  const dynamic: string[] = [];
  const globals = new Set<string>();
  new Visitor({
    ImportExpression: ({ source }) =>
      void dynamic.push(source.type === 'Literal' ? String(source.value) : '(computed)'),
    TSImportType: ({ source }) => void dynamic.push(source.value),
  }).visit(program);
  walk(program as unknown as Node, (name) => globals.add(name));
  const typeImports = new Set<string>();
  for (const { moduleRequest, entries } of module.staticImports) {
    if (entries.length > 0 && entries.every(({ isType }) => isType)) typeImports.add(moduleRequest.value);
  }
  return {
    path,
    typeImports,
    imports: [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...exported, ...dynamic],
    globals,
  };
}

/** Reports every identifier that is used and not merely a name for a part of something. */
function walk(node: Node, report: (name: string) => void): void {
  if (node.type === 'Identifier') report(node['name'] as string);
  for (const call of clockOrDice(node)) report(call);
  for (const [key, child] of Object.entries(node)) {
    const isName =
      node['computed'] !== true &&
      ((node.type === 'MemberExpression' && key === 'property') || (isKeyed(node) && key === 'key'));
    if (isName && !reachesGlobal(node)) continue;
    for (const one of Array.isArray(child) ? child : [child]) {
      if (typeof one === 'object' && one !== null && 'type' in one) walk(one as Node, report);
    }
  }
}

const isKeyed = ({ type }: Node): boolean =>
  /^(Property|PropertyDefinition|MethodDefinition|TS\w*Signature)$/.test(type);

/** `globalThis.process` is `process`. */
const reachesGlobal = ({ object }: Node): boolean => (object as Node | undefined)?.['name'] === 'globalThis';

/** `Date.now`, `Math.random` and their like as one name; `new Date()` without arguments as `new Date`. */
function clockOrDice(node: Node): string[] {
  if (node.type === 'NewExpression') {
    const { callee, arguments: args } = node as unknown as { callee: Node; arguments: unknown[] };
    return callee['name'] === 'Date' && args.length === 0 ? ['new Date'] : [];
  }
  if (node.type !== 'MemberExpression') return [];
  const { object, property } = node as unknown as { object: Node; property: Node };
  return [`${String(object['name'])}.${String(property['name'] ?? property['value'])}`];
}
