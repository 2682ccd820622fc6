/** `WEBHOOKS_FILE`: YAML becomes webhooks, or the list of all that is wrong with it, each fault by its line and column. */
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLError, type YAMLMap, YAMLWarning } from 'yaml';
import { placeOf as placeInFile, YamlText } from '../yaml/text.ts';
import { placeOf } from './address.ts';
import { FORMATS } from './ports.ts';
import { secretOf } from './sign.ts';
import { SEVERITIES, type Webhook } from './webhook.ts';

/** Gives the text of a file; throws as `node:fs` does. */
export type ReadFile = (path: string) => string;

export type FileRead =
  | { readonly kind: 'webhooks'; readonly webhooks: readonly Webhook[] }
  /** Whole sentences, each with its place; nothing of a secret. */
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

const FILE_LENGTH_MAX = 1_000_000;
/** Each is followed apart from all others. */
export const WEBHOOKS_MAX = 100;
const SECRETS_MAX = 2;
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const VIEWS = ['any', 'resolved', 'strict'] as const;

const MEMBERS = [
  ...['name', 'url', 'secrets', 'format', 'tenants', 'view', 'severity', 'allowPrivate', 'enabled'],
] as const;
type Member = (typeof MEMBERS)[number];

export function readWebhooks(path: string, readFile: ReadFile): FileRead {
  const text = textOf(path, readFile);
  if ('mend' in text) return { kind: 'faults', faults: [`WEBHOOKS_FILE ${text.mend}.`] };
  const reader = new Reader(text.value, readFile);
  const webhooks = reader.webhooks();
  const { faults } = reader;
  return faults.length > 0
    ? { kind: 'faults', faults: faults.map((fault) => `WEBHOOKS_FILE ${fault}`) }
    : { kind: 'webhooks', webhooks };
}

function textOf(path: string, readFile: ReadFile): { readonly value: string } | { readonly mend: string } {
  try {
    const value = readFile(path);
    return value.length > FILE_LENGTH_MAX ? { mend: 'names a file that is too long for what it holds' } : { value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { mend: `names a file that cannot be read${code}: check the path and who may read it` };
  }
}

/** Reads one file. What is at fault is noted, and read on as if it were right, so that all faults are told at once. */
class Reader {
  readonly #file: YamlText;
  readonly #readFile: ReadFile;

  constructor(text: string, readFile: ReadFile) {
    this.#readFile = readFile;
    this.#file = new YamlText(text, { wordsOf });
  }

  /** In the order of the file. */
  get faults(): string[] {
    return this.#file.faults.map((fault) => `${placeInFile(fault)}: ${fault.message}`);
  }

  webhooks(): Webhook[] {
    if (this.#file.isFaulty) return [];
    const { root } = this.#file;
    if (!isSeq(root)) {
      this.#say(root, 'must be a list of webhooks, each with name, url and secrets');
      return [];
    }
    const { items } = root;
    if (items.length > WEBHOOKS_MAX) this.#say(root, `lists more than ${WEBHOOKS_MAX} webhooks`);
    const names = new Set<string>();
    return items.flatMap((item) => {
      const webhook = this.#webhook(item as Node);
      if (webhook === null) return [];
      if (names.has(webhook.name)) this.#say(item as Node, `name ${webhook.name} is given twice`);
      names.add(webhook.name);
      return [webhook];
    });
  }

  #webhook(node: Node): Webhook | null {
    if (!isMap(node)) {
      this.#say(node, 'a webhook must have members: name, url and secrets, and perhaps others');
      return null;
    }
    const members = this.#members(node);
    const given = (name: Member): Node | undefined => members.get(name);
    for (const name of ['name', 'url', 'secrets'] as const)
      if (given(name) === undefined) this.#say(node, `${name} is missing`);
    const allowPrivate = this.#flag('allowPrivate', given('allowPrivate'), false);
    return {
      name: this.#name(given('name')),
      url: this.#url(given('url'), allowPrivate),
      keys: this.#secrets(given('secrets')),
      format: this.#choice('format', given('format'), FORMATS, 'cloudevents'),
      tenants: this.#tenants(given('tenants')),
      view: this.#choice('view', given('view'), VIEWS, 'any'),
      severity: this.#choice('severity', given('severity'), SEVERITIES, 'informational'),
      reach: allowPrivate ? 'private' : 'public',
      isEnabled: this.#flag('enabled', given('enabled'), true),
    };
  }

  #members(node: YAMLMap): Map<Member, Node> {
    const found = new Map<Member, Node>();
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      const name = isScalar(key) ? String(key.value) : '';
      if ((MEMBERS as readonly string[]).includes(name)) found.set(name as Member, value ?? key);
      else this.#say(key, `this member is not known; there are ${MEMBERS.join(', ')}`);
    }
    return found;
  }

  #name(node: Node | undefined): string {
    const text = this.#text(node);
    if (node !== undefined && !NAME.test(text ?? ''))
      this.#say(node, 'name must be 1 to 63 lower-case letters, digits and hyphens');
    return text ?? '';
  }

  #url(node: Node | undefined, allowPrivate: boolean): URL {
    const nothing = new URL('https://localhost/');
    if (node === undefined) return nothing;
    const text = this.#text(node) ?? '';
    const fault = (mend: string): URL => {
      this.#say(node, `url ${mend}`);
      return nothing;
    };
    if (!URL.canParse(text)) return fault('must be an address such as https://hooks.example/guestwatch');
    const url = new URL(text);
    if (!['https:', 'http:'].includes(url.protocol)) return fault('must begin with https://');
    if (url.protocol === 'http:' && !allowPrivate)
      return fault('must begin with https://; http:// is for private addresses, with allowPrivate: true');
    if (url.username !== '' || url.password !== '')
      return fault('must hold no user and no password: the signature says who sends');
    if (url.hash !== '') return fault('must have no #: nothing behind it is ever sent');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const place = /^[\d.]+$|:/.test(host) ? placeOf(host) : 'public';
    if (place === 'never') return fault('leads to an address that nothing may be sent to');
    if (place === 'own' && !allowPrivate)
      return fault("leads to an address of one's own network: where that is meant, say allowPrivate: true");
    return url;
  }

  #secrets(node: Node | undefined): Buffer[] {
    if (node === undefined) return [];
    if (!isSeq(node) || node.items.length < 1 || node.items.length > SECRETS_MAX) {
      this.#say(node, 'secrets must be a list of one, or of two while a receiver changes from one to the other');
      return [];
    }
    return (node.items as Node[]).flatMap((item) => {
      const text = this.#secretText(item);
      if (text === null) return [];
      const secret = secretOf(text);
      if ('key' in secret) return [secret.key];
      this.#say(item, `a secret ${secret.mend}`);
      return [];
    });
  }

  /** Text, or `{ file: … }` that names the file that holds it. */
  #secretText(item: Node): string | null {
    if (!isMap(item)) return this.#text(item) ?? '';
    const [pair, ...more] = item.items as Pair<Node, Node | null>[];
    const path = this.#text(pair?.value ?? undefined);
    if (more.length > 0 || !isScalar(pair?.key) || pair.key.value !== 'file' || path === null) {
      this.#say(item, 'a secret must be text, or have the one member file, which names the file that holds it');
      return null;
    }
    const text = textOf(path, this.#readFile);
    if ('value' in text) return text.value.replace(/^\uFEFF/, '').trim();
    this.#say(item, `a secret ${text.mend}`);
    return null;
  }

  #tenants(node: Node | undefined): 'all' | string[] {
    if (node === undefined || (isScalar(node) && node.value === 'all')) return 'all';
    const items = isSeq(node) ? (node.items as Node[]).map((item) => this.#text(item)) : [];
    if (items.length === 0 || items.some((item) => item === null || item === ''))
      this.#say(node, 'tenants must be all, or a list of tenant ids');
    return items.map((item) => (item ?? '').toLowerCase());
  }

  #choice<const Word extends string>(name: string, node: Node | undefined, words: readonly Word[], preset: Word): Word {
    if (node === undefined) return preset;
    const found = words.find((word) => word === this.#text(node));
    if (found === undefined) this.#say(node, `${name} must be one of ${words.join(', ')}`);
    return found ?? preset;
  }

  #flag(name: string, node: Node | undefined, preset: boolean): boolean {
    if (node === undefined) return preset;
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.#say(node, `${name} must be true or false`);
    return preset;
  }

  #text(node: Node | undefined): string | null {
    return node !== undefined && isScalar(node) && typeof node.value === 'string' ? node.value : null;
  }

  #say(at: Node | undefined | null, what: string): void {
    this.#file.note(at ?? null, what);
  }
}

/** By the parser's code: its sentences may quote what stands there, and that may be a secret. */
const wordsOf = (problem: YAMLError | YAMLWarning): string | null =>
  problem instanceof YAMLWarning ? null : `cannot be read as YAML (${problem.code.toLowerCase().replaceAll('_', ' ')})`;
