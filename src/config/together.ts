/** What is wrong with settings beside each other, though each by itself is right. */
import type { Rule } from '../detection/rule.ts';
import type { Role } from './config.ts';
import { connectionParts, entityPathOf, redisDatabaseOf, redisLoginOf } from './connections.ts';
import type { Problem, Values } from './environment.ts';
import { retentionLeastMs } from './ruleFile.ts';
import { isLoopback } from './values.ts';

/** All of them. `faulty` names settings that are at fault by themselves; `rule` is null where its file is, which is told by itself. */
export function togetherProblems(
  values: Values,
  roles: readonly Role[],
  faulty: ReadonlySet<string>,
  rule: Rule | null,
): Problem[] {
  return [
    ...sourceProblems(values, roles, faulty),
    ...entityPathProblems(values),
    ...wayProblems(values),
    ...pairProblems(values, faulty),
    ...listenProblems(values, roles, faulty),
    ...findingsHubProblems(values, roles, faulty),
    ...redisProblems(values),
    ...boundProblems(values, rule),
  ];
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

/** The local emulator is reached in one way alone. */
function wayProblems(values: Values): Problem[] {
  const { EVENTHUB_CONNECTION_STRING: connectionString = '', EVENTHUB_TRANSPORT: transport } = values;
  const isEmulator = connectionParts(connectionString)?.get('usedevelopmentemulator') === 'true';
  if (!isEmulator || transport !== 'websockets') return [];
  const message =
    'EVENTHUB_TRANSPORT is websockets, which the emulator that EVENTHUB_CONNECTION_STRING leads to does not speak: unset it.';
  return [{ name: 'EVENTHUB_TRANSPORT', message }];
}

/** What is of no use without its other half: one alone is a fault, unless the other is already named as faulty. */
function pairProblems(values: Values, faulty: ReadonlySet<string>): Problem[] {
  const pairs = [
    ['ENTRA_TENANT_ID', 'ENTRA_AUDIENCE'],
    ['API_TLS_CERT_FILE', 'API_TLS_KEY_FILE'],
    ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
  ] as const;
  return pairs.flatMap(([one, other]) => {
    if (faulty.has(one) || faulty.has(other)) return [];
    if ((values[one] === undefined) === (values[other] === undefined)) return [];
    const [set, unset] = values[one] === undefined ? [other, one] : [one, other];
    return [{ name: unset, message: `${unset} is not set, and ${set} is: set both, or neither.` }];
  });
}

/** Where the API may listen: nobody is asked for a key only where nobody else can come. */
function listenProblems(values: Values, roles: readonly Role[], faulty: ReadonlySet<string>): Problem[] {
  const { API_HOST: host } = values;
  // Containers of an image share its settings; who serves no API listens nowhere by this one.
  if (host === undefined || !roles.includes('api')) return [];
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

/** What goes with an address of Redis, and what does not. */
function redisProblems({
  REDIS_URL: text,
  REDIS_ENTRA: isEntra,
  REDIS_TLS_SERVER_NAME: serverName,
}: Values): Problem[] {
  if (text === undefined) return [];
  const isSecure = new URL(text).protocol === 'rediss:';
  const faults: readonly (false | readonly [name: string, words: string])[] = [
    isEntra === true &&
      !isSecure && [
        'REDIS_URL',
        'must begin with rediss:// where REDIS_ENTRA is on: a token must not cross the network in clear.',
      ],
    isEntra === true &&
      redisLoginOf(text) !== undefined && [
        'REDIS_URL',
        'holds a password, and REDIS_ENTRA is on, which shows a token instead: keep one of them.',
      ],
    serverName !== undefined &&
      !isSecure && [
        'REDIS_TLS_SERVER_NAME',
        'is the name in a certificate, and REDIS_URL is not rediss://: unset it, or use TLS.',
      ],
  ];
  return faults.flatMap((fault) => (fault === false ? [] : [{ name: fault[0], message: fault.join(' ') }]));
}

/** Bounds that hold between two settings, or between one and the rule. */
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
