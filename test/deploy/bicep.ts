/** Bicep files as trees, by the grammar that editors use: there is no compiler on npm. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

const FOLDER = new URL('../../deploy/azure/', import.meta.url);

await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')),
);

export interface Bicep {
  /** Within `deploy/azure`. */
  readonly path: string;
  readonly text: string;
  readonly root: Node;
}

export function parseBicep(path: string, text: string): Bicep {
  const tree = parser.parse(text);
  if (tree === null) throw new Error(`${path} was not parsed`);
  return { path, text, root: tree.rootNode };
}

export const bicepFiles = (): Bicep[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.bicep'))
    .sort()
    .map((path) => parseBicep(path, readFileSync(new URL(path, FOLDER), 'utf8')));

/** Places that are no Bicep, as `LINE: TEXT`. */
export function syntaxFaults({ root }: Bicep): string[] {
  const faults: string[] = [];
  const look = (node: Node): void => {
    if (node.isError || node.isMissing) faults.push(`${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
    for (const child of node.children) if (child !== null) look(child);
  };
  look(root);
  return faults;
}

/** All nodes of a type below one. */
export const nodesOf = (node: Node, type: string): Node[] => node.descendantsOfType(type).filter((one) => one !== null);

/** What stands directly in a file under a kind of declaration, by name. */
export function declared(
  { root }: Bicep,
  kind: 'parameter' | 'variable' | 'resource' | 'module' | 'output',
): Map<string, Node> {
  const found = root.namedChildren
    .filter((node) => node?.type === `${kind}_declaration`)
    .filter((node) => node !== null);
  return new Map(
    found.map((node) => [nodesOf(node, 'identifier').find((one) => one.parent?.equals(node))?.text ?? '', node]),
  );
}

/** The text of a string that holds nothing to be worked out; undefined for anything else. */
export function literal(node: Node | null | undefined): string | undefined {
  return node?.type === 'string' && nodesOf(node, 'interpolation').length === 0 ? node.text.slice(1, -1) : undefined;
}

/** An object's members: names, and the nodes of their values. */
export function membersOf(object: Node): Map<string, Node> {
  const members = object.namedChildren
    .filter((node) => node?.type === 'object_property')
    .filter((node) => node !== null);
  return new Map(
    members.map((member) => [member.namedChildren[0]!.text.replace(/^'|'$/g, ''), member.namedChildren.at(-1)!]),
  );
}

/** The outermost object of a declaration: its body. */
export function bodyOf(node: Node): Node {
  const [body] = nodesOf(node, 'object');
  if (body === undefined) throw new Error(`no body: ${node.text.slice(0, 60)}`);
  return body;
}

/** A member by its path, such as `properties.sku.name`. */
export function at(object: Node, path: string): Node | undefined {
  return path
    .split('.')
    .reduce<Node | undefined>((node, name) => (node === undefined ? undefined : membersOf(node).get(name)), object);
}
