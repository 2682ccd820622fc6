/** The environment becomes one frozen configuration, or the list of all that is wrong with it. */
import { readFileSync } from 'node:fs';
import { entityPathOf, redisDatabaseOf } from './config/connections.ts';
import {
  type Environment,
  type Problem,
  type ReadFile,
  readSetting,
  readSettings,
  type Values,
} from './config/environment.ts';
import { readRuleFile, retentionLeastMs } from './config/ruleFile.ts';
import type { ValueOf } from './config/settings.ts';
import { isLoopback, type TrustedProxies } from './config/values.ts';
import { BUILT_IN_RULE, type Rule } from './detection/rule.ts';

export { type Environment, knownNames, type Problem, type ReadFile } from './config/environment.ts';
export { NOT_YET, SETTINGS, type Setting, type SettingName } from './config/settings.ts';
export { durationMs, isLoopback } from './config/values.ts';

/** The parts of the service that can run together or apart. */
export const ROLES = ['consumer', 'api', 'delivery'] as const;
export type Role = (typeof ROLES)[number];

/** How Event Hubs is reached. */
export type EventHubsAccess =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  /** The namespace's host name, with the Azure identity of the environment. */
  | { readonly kind: 'identity'; readonly namespace: string };

/** How blob storage is reached. */
export type CheckpointAccess =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  /** The account's address, with the Azure identity of the environment. */
  | { readonly kind: 'identity'; readonly url: string };

export interface Listener {
  /** An address or host name, without brackets. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** All settings, checked, in the units that the code uses. Frozen through and through. */
export interface Config {
  readonly eventHubs: {
    /** Never null where the role `consumer` was asked for, or findings are to be sent to an event hub by this process. */
    readonly access: EventHubsAccess | null;
    readonly names: readonly string[];
    readonly consumerGroup: string;
    readonly startBackMs: number;
  };
  readonly checkpoints: {
    /** Never null where the role `consumer` was asked for. */
    readonly access: CheckpointAccess | null;
    readonly container: string;
  };
  readonly redis: {
    /** `redis:` or `rediss:`, with user and password where there are any: never to be logged. */
    readonly url: string;
    readonly cluster: boolean;
  };
  readonly state: {
    readonly shards: number;
    readonly retentionMs: number;
    readonly findingRetentionMs: number;
    readonly feedRetentionMs: number;
    readonly signInRevisionDelayMs: number;
    readonly deadLettersMax: number;
  };
  /** That of `RULE_FILE`, or the built-in one. */
  readonly rule: Rule;
  readonly nonInteractiveNearMisses: boolean;
  readonly api: Listener & {
    /** Null for plain HTTP. */
    readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
    readonly trustedProxies: TrustedProxies;
  };
  /** Who may call. With neither, only this machine can: the API then listens on loopback. */
  readonly access: {
    readonly keysFile: string | null;
    /** Tenant in lower case. */
    readonly entra: { readonly tenantId: string; readonly audiences: readonly string[] } | null;
  };
  readonly delivery: {
    /** Null where there are no webhooks. */
    readonly webhooksFile: string | null;
    /** The event hub that findings are sent to; null for none. */
    readonly hub: string | null;
  };
  readonly ops: Listener;
  readonly shutdownDeadlineMs: number;
  readonly logLevel: ValueOf<'LOG_LEVEL'>;
}

export interface ReadOptions {
  /** What is to run: only the consumer needs Event Hubs and storage. All roles unless said. */
  readonly roles?: readonly Role[];
  readonly readFile?: ReadFile;
}

/** Why a start failed, for those who can mend it: the message names the setting or the part and says how. */
export class StartFault extends Error {
  /** `settings`: what was asked for cannot be done; `dependency`: something that is needed cannot be reached. */
  readonly kind: 'settings' | 'dependency';
  /** Each fault as a whole sentence; the message is all of them. */
  readonly faults: readonly string[];

  constructor(kind: 'settings' | 'dependency', faults: string | readonly string[], options?: ErrorOptions) {
    const all = [faults].flat();
    super(all.join(' '), options);
    this.name = 'StartFault';
    this.kind = kind;
    this.faults = all;
  }
}

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/** Reads all settings. Either a whole configuration or every problem at once, by variable name. */
export function readConfig(
  env: Environment,
  { roles = ROLES, readFile = readText }: ReadOptions = {},
): { readonly config: Config } | { readonly problems: readonly Problem[] } {
  const { values, problems } = readSettings(env, readFile);
  const faulty = new Set(problems.flatMap(({ name }) => [name, name.replace(/_FILE$/, '')]));
  const own = ruleIn(values.RULE_FILE, readFile);
  const rule = 'rule' in own ? own.rule : null;
  problems.push(...('problems' in own ? own.problems : []));
  problems.push(
    ...sourceProblems(values, roles, faulty),
    ...entityPathProblems(values),
    ...togetherProblems(values, faulty),
    ...listenProblems(values, faulty),
    ...findingsHubProblems(values, roles, faulty),
    ...boundProblems(values, rule),
  );
  return problems.length > 0 || rule === null ? { problems } : { config: deepFreeze(configOf(values, rule)) };
}

/** Where health is asked for: the two settings that it needs, whatever may be wrong with others. */
export function readOps(env: Environment): { readonly ops: Listener } | { readonly problems: readonly Problem[] } {
  const host = readSetting('OPS_HOST', env, readText);
  const port = readSetting('OPS_PORT', env, readText);
  const problems = [...host.problems, ...port.problems];
  return problems.length > 0 ? { problems } : { ops: { host: host.value!, port: port.value! } };
}

/** The rule alone, for what is asked of it without a service. */
export function readRule(
  env: Environment,
  readFile: ReadFile = readText,
): { readonly rule: Rule } | { readonly problems: readonly Problem[] } {
  return ruleIn(readSetting('RULE_FILE', env, readFile).value, readFile);
}

function ruleIn(
  path: string | undefined,
  readFile: ReadFile,
): { readonly rule: Rule } | { readonly problems: readonly Problem[] } {
  if (path === undefined) return { rule: BUILT_IN_RULE };
  const problem = (message: string): Problem => ({ name: 'RULE_FILE', message: `RULE_FILE${message}` });
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { problems: [problem(` names a file that cannot be read${code}: check the path and who may read it.`)] };
  }
  const read = readRuleFile(text);
  return 'rule' in read ? read : { problems: read.faults.map((fault) => problem(`: ${fault}`)) };
}

/** Exactly one way to reach each: none or both is a fault, unless one of them is already named as faulty. */
function sourceProblems(values: Values, roles: readonly Role[], faulty: ReadonlySet<string>): Problem[] {
  const pairs = [
    ['EVENTHUB_CONNECTION_STRING', 'EVENTHUB_NAMESPACE'],
    ['CHECKPOINT_STORAGE_CONNECTION_STRING', 'CHECKPOINT_STORAGE_URL'],
  ] as const;
  return pairs.flatMap(([byKey, byIdentity]) => {
    if (faulty.has(byKey) || faulty.has(byIdentity)) return [];
    const given = [byKey, byIdentity].filter((name) => values[name] !== undefined).length;
    if (given === 2) return [{ name: byKey, message: `${byKey} and ${byIdentity} are both set: keep one of them.` }];
    if (given === 1 || !roles.includes('consumer')) return [];
    return [{ name: byKey, message: `${byKey} is not set: set it, or ${byIdentity} to use an Azure identity.` }];
  });
}

/** A connection string of a single hub opens no other. */
function entityPathProblems(values: Values): Problem[] {
  const { EVENTHUB_CONNECTION_STRING: connectionString, EVENTHUB_NAMES: names } = values;
  const only = connectionString === undefined ? undefined : entityPathOf(connectionString);
  if (only === undefined || names === undefined || names.every((name) => name.toLowerCase() === only.toLowerCase()))
    return [];
  const message =
    'EVENTHUB_NAMES names other hubs than the one that EVENTHUB_CONNECTION_STRING is for (its EntityPath): ' +
    'name that one alone, or use a connection string of the namespace.';
  return [{ name: 'EVENTHUB_NAMES', message }];
}

/** What is of no use without its other half: one alone is a fault, unless the other is already named as faulty. */
function togetherProblems(values: Values, faulty: ReadonlySet<string>): Problem[] {
  const pairs = [
    ['ENTRA_TENANT_ID', 'ENTRA_AUDIENCE'],
    ['API_TLS_CERT_FILE', 'API_TLS_KEY_FILE'],
  ] as const;
  return pairs.flatMap(([one, other]) => {
    if (faulty.has(one) || faulty.has(other)) return [];
    if ((values[one] === undefined) === (values[other] === undefined)) return [];
    const [set, unset] = values[one] === undefined ? [other, one] : [one, other];
    return [{ name: unset, message: `${unset} is not set, and ${set} is: set both, or neither.` }];
  });
}

/** Where the API may listen: nobody is asked for a key only where nobody else can come. */
function listenProblems(values: Values, faulty: ReadonlySet<string>): Problem[] {
  const { API_HOST: host } = values;
  if (host === undefined) return [];
  const ways = ['API_KEYS_FILE', 'ENTRA_TENANT_ID'] as const;
  const isAsked = ways.some((name) => values[name] !== undefined || faulty.has(name));
  if (!isLoopback(host) && !isAsked) {
    const message =
      'API_HOST is an address that others can reach, and nothing says who may call: set API_KEYS_FILE, or ENTRA_TENANT_ID ' +
      'and ENTRA_AUDIENCE, or set API_HOST to 127.0.0.1.';
    return [{ name: 'API_HOST', message }];
  }
  if (host.toLowerCase() === 'localhost' && values.API_TLS_CERT_FILE !== undefined) {
    // It stands for two listeners, and a renewed certificate would reach one of them.
    return [
      {
        name: 'API_HOST',
        message: 'API_HOST is a name of several addresses, which TLS is not served on: set it to 127.0.0.1.',
      },
    ];
  }
  return [];
}

/** Findings go to a hub of the same namespace, which must not be one that is read: they would come back in. */
function findingsHubProblems(values: Values, roles: readonly Role[], faulty: ReadonlySet<string>): Problem[] {
  const { FINDINGS_EVENTHUB_NAME: hub, EVENTHUB_NAMES: names, EVENTHUB_CONNECTION_STRING: connectionString } = values;
  if (hub === undefined) return [];
  const name = 'FINDINGS_EVENTHUB_NAME';
  const isHub = (other: string | undefined): boolean => other?.toLowerCase() === hub.toLowerCase();
  if (names?.some(isHub)) {
    return [
      { name, message: `${name} is one of EVENTHUB_NAMES: findings would be read as logs. Name a hub of its own.` },
    ];
  }
  const only = connectionString === undefined ? undefined : entityPathOf(connectionString);
  if (only !== undefined && !isHub(only)) {
    const message = `${name} names another hub than the one that EVENTHUB_CONNECTION_STRING is for (its EntityPath): use a connection string of the namespace.`;
    return [{ name, message }];
  }
  // Without the consumer nobody else has asked for a way to the namespace.
  const isReached = values.EVENTHUB_CONNECTION_STRING !== undefined || values.EVENTHUB_NAMESPACE !== undefined;
  const isNamed = faulty.has('EVENTHUB_CONNECTION_STRING') || faulty.has('EVENTHUB_NAMESPACE');
  if (isReached || isNamed || roles.includes('consumer') || !roles.includes('delivery')) return [];
  const message = `${name} is a hub of a namespace that is not set: set EVENTHUB_CONNECTION_STRING or EVENTHUB_NAMESPACE.`;
  return [{ name, message }];
}

/** `rule` is null where its file is at fault, which is told by itself. */
function boundProblems(values: Values, rule: Rule | null): Problem[] {
  const problems: Problem[] = [];
  const say = (name: string, message: string): void => void problems.push({ name, message: `${name} ${message}` });
  const twiceWindowMs = rule === null ? 0 : retentionLeastMs(rule);
  if (values.STATE_RETENTION !== undefined && values.STATE_RETENTION < twiceWindowMs) {
    say(
      'STATE_RETENTION',
      `must be at least ${twiceWindowMs / 3_600_000}h, twice the window of the rule: facts that are dropped earlier miss findings.`,
    );
  }
  if (values.REDIS_CLUSTER === true && values.REDIS_URL !== undefined && redisDatabaseOf(values.REDIS_URL) !== 0) {
    say('REDIS_URL', 'names a database, and a Redis Cluster has none but 0: leave it out.');
  }
  if (
    values.API_PORT !== undefined &&
    values.API_PORT !== 0 &&
    values.API_PORT === values.OPS_PORT &&
    values.API_HOST === values.OPS_HOST
  ) {
    say('OPS_PORT', 'is the same as API_PORT: give them different ports.');
  }
  return problems;
}

/** Only for values without problems: those with a default are then all there. */
function configOf(values: Values, rule: Rule): Config {
  return {
    eventHubs: {
      access: eventHubsAccess(values),
      names: values.EVENTHUB_NAMES!,
      consumerGroup: values.EVENTHUB_CONSUMER_GROUP!,
      startBackMs: values.START_BACK!,
    },
    checkpoints: { access: checkpointAccess(values), container: values.CHECKPOINT_CONTAINER! },
    redis: { url: values.REDIS_URL!, cluster: values.REDIS_CLUSTER! },
    state: {
      shards: values.STATE_SHARDS!,
      retentionMs: values.STATE_RETENTION!,
      findingRetentionMs: values.FINDING_RETENTION!,
      feedRetentionMs: values.FEED_RETENTION!,
      signInRevisionDelayMs: values.SIGN_IN_REVISION_DELAY!,
      deadLettersMax: values.DEAD_LETTERS_MAX!,
    },
    rule,
    nonInteractiveNearMisses: values.NON_INTERACTIVE_NEAR_MISSES!,
    delivery: { webhooksFile: values.WEBHOOKS_FILE ?? null, hub: values.FINDINGS_EVENTHUB_NAME ?? null },
    api: {
      host: values.API_HOST!,
      port: values.API_PORT!,
      tls:
        values.API_TLS_CERT_FILE === undefined
          ? null
          : { certFile: values.API_TLS_CERT_FILE, keyFile: values.API_TLS_KEY_FILE! },
      trustedProxies: values.TRUST_PROXY!,
    },
    access: {
      keysFile: values.API_KEYS_FILE ?? null,
      entra:
        values.ENTRA_TENANT_ID === undefined
          ? null
          : { tenantId: values.ENTRA_TENANT_ID.toLowerCase(), audiences: values.ENTRA_AUDIENCE! },
    },
    ops: { host: values.OPS_HOST!, port: values.OPS_PORT! },
    shutdownDeadlineMs: values.SHUTDOWN_DEADLINE!,
    logLevel: values.LOG_LEVEL!,
  };
}

function eventHubsAccess(values: Values): EventHubsAccess | null {
  const { EVENTHUB_CONNECTION_STRING: connectionString, EVENTHUB_NAMESPACE: namespace } = values;
  if (connectionString !== undefined) return { kind: 'connectionString', connectionString };
  return namespace === undefined ? null : { kind: 'identity', namespace };
}

function checkpointAccess(values: Values): CheckpointAccess | null {
  const { CHECKPOINT_STORAGE_CONNECTION_STRING: connectionString, CHECKPOINT_STORAGE_URL: url } = values;
  if (connectionString !== undefined) return { kind: 'connectionString', connectionString };
  return url === undefined ? null : { kind: 'identity', url };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
