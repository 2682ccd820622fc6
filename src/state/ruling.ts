/**
 * Which rule is in force, and whether it is that of this process.
 *
 * It stands whole in Redis, in one field of the service, which one step changes: that is the switch. Each part of the state
 * carries its hash, because a step sees one slot of a Cluster and no more, and every step that writes compares that hash with
 * the one of its process (`commands/guard.lua`). So a process that does not know of the switch yet is refused by the first
 * step that it takes. The parts follow the service, forward only, and whoever looks brings them up to it: a switch that was
 * cut short in between is ended by the next look of any process.
 */
import { type Rule, ruleHash } from '../detection/rule.ts';
import type { Keys } from './keys.ts';
import type { Client } from './redis/client.ts';
import { loadScript, runScript, writeUnder } from './redis/scripts.ts';

const adoptScript = loadScript('adopt', { isGuarded: false });
const fenceScript = loadScript('fence', { isGuarded: false });

/** The rule that stands in Redis. */
export interface InForce {
  readonly hash: string;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  /** Null where only the hash is known. */
  readonly rule: Rule | null;
}

/** Where the rule stands, and where its hash does. */
export interface RulePlace {
  readonly client: Client;
  readonly keys: Keys;
  readonly shards: number;
}

/** Not the deliveries: what waits there is the same by any rule, and what became of a try under way is to be written down. */
const partsOf = ({ keys, shards }: RulePlace): string[] => [
  ...Array.from({ length: shards }, (_, shard) => keys.shard(shard)),
  keys.deadLetters,
];

const packRule = (rule: Rule): string => JSON.stringify({ ...rule, window: rule.window.toString() });

function unpackRule(text: string): Rule | null {
  if (text === '') return null;
  const rule = JSON.parse(text) as Omit<Rule, 'window'> & { window: string };
  return { ...rule, window: BigInt(rule.window) };
}

interface Fence {
  readonly hash: string | null;
  readonly since: number;
}

async function readFences(place: RulePlace): Promise<Fence[]> {
  return Promise.all(
    partsOf(place).map(async (key) => {
      const [hash = null, since = null] = await place.client.hmget(`${key}meta`, 'rule', 'ruleSince');
      return { hash, since: Number(since ?? 0) };
    }),
  );
}

/** The rule in force; null where there is none yet. Where the service has lost it, the parts still know its hash. */
export async function readInForce(place: RulePlace): Promise<InForce | null> {
  const { client, keys } = place;
  const [hash, since, text] = await client.hmget(`${keys.service}meta`, 'rule', 'ruleSince', 'ruleText');
  if (hash) return { hash, since: Number(since ?? 0), rule: unpackRule(text ?? '') };
  const known = (await readFences(place)).filter((fence) => fence.hash !== null).sort((a, b) => b.since - a.since);
  return known[0] === undefined ? null : { hash: known[0].hash!, since: known[0].since, rule: null };
}

/** Puts a rule in force, everywhere: from then on no step is taken under another. `isFirst` leaves one that stands. */
export async function putInForce(place: RulePlace, rule: Rule, now: number, isFirst: boolean): Promise<InForce> {
  const fences = await readFences(place);
  // A part may have seen a rule that the service has lost, and by a clock that was ahead.
  const least = Math.max(0, ...fences.map(({ since }) => since)) + 1;
  const args = [ruleHash(rule), packRule(rule), now, least, isFirst ? '1' : '0'];
  const reply = (await runScript(place.client, adoptScript, place.keys.service, args)) as Buffer[];
  const [, hash, since, text] = reply.map(String) as [string, string, string, string];
  const inForce = { hash, since: Number(since), rule: unpackRule(text) };
  await fence(place, inForce);
  return inForce;
}

/** Brings the parts up to the rule in force, those that do not know of it. */
async function fence(place: RulePlace, { hash, since }: InForce): Promise<void> {
  const fences = await readFences(place);
  const behind = partsOf(place).filter((_, part) => fences[part]!.since < since);
  for (const key of behind) await runScript(place.client, fenceScript, key, [hash, since]);
}

export interface RulingOptions {
  readonly rule: Rule;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Called when the rule of this process comes into force, or another does. */
  readonly onChange: (ruling: Ruling) => void;
}

/** The rule in force as a process knows it that has one of its own. */
export class Ruling {
  readonly #place: RulePlace;
  readonly #options: RulingOptions;
  #inForce: InForce | null = null;
  #isOwn = false;
  /** What was told last. */
  #isTold = false;

  constructor(place: RulePlace, options: RulingOptions) {
    this.#place = place;
    this.#options = options;
    writeUnder(place.client, { ruleHash: this.hash, onOtherRule: () => this.#refused() });
  }

  /** The hash of this process's rule. */
  get hash(): string {
    return ruleHash(this.#options.rule);
  }

  get inForce(): InForce | null {
    return this.#inForce;
  }

  /** The rule by which questions are answered: the one in force, whatever this process has. */
  get rule(): Rule {
    return (this.#isOwn ? null : this.#inForce?.rule) ?? this.#options.rule;
  }

  /** Whether the rule in force is this process's. Only then does it write. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** Puts the rule of this process in force where there is none yet: at the first start, and after all is lost. */
  async open(): Promise<void> {
    const stands = await readInForce(this.#place);
    if (stands === null || stands.hash === this.hash) await this.#put();
    else this.#inForce = stands;
  }

  /** Looks which rule is in force. False where it is another's. */
  async look(): Promise<boolean> {
    const stands = await readInForce(this.#place);
    if (stands === null) {
      // All is lost, and with it the rule: who wrote until now goes on, and who waited goes on waiting.
      if (this.#isOwn) await this.#put();
    } else if (stands.hash === this.hash) await this.#put();
    else {
      this.#inForce = stands;
      this.#settle(false);
    }
    return this.#isOwn;
  }

  async #put(): Promise<void> {
    const { rule, now } = this.#options;
    this.#inForce = await putInForce(this.#place, rule, now(), true);
    this.#settle(this.#inForce.hash === this.hash);
  }

  /** A step was refused: nothing more is begun, and which rule it is now is asked at once. */
  #refused(): void {
    this.#isOwn = false;
    this.look().catch(() => {}); // The next round asks again.
  }

  #settle(isOwn: boolean): void {
    this.#isOwn = isOwn;
    if (this.#isTold === isOwn) return;
    this.#isTold = isOwn;
    this.#options.onChange(this);
  }
}
