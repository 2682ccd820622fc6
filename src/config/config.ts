/** All settings as the code uses them, made of values that were checked. */
import type { Rule } from '../detection/rule.ts';
import { type Environment, fileOf, type Values } from './environment.ts';
import type { Identity } from './identity.ts';
import type { WayOut } from './outward.ts';
import type { ValueOf } from './settings.ts';
import { type Telemetry, telemetryOf } from './telemetry.ts';
import type { TrustedProxies } from './values.ts';

/** The parts of the service that can run together or apart. */
export const ROLES = ['consumer', 'api', 'delivery'] as const;
export type Role = (typeof ROLES)[number];

export interface ByConnectionString {
  readonly kind: 'connectionString';
  readonly connectionString: string;
  /** The file that it stood in, to be read again; null where it stood in the environment. */
  readonly file: string | null;
}

/** How Event Hubs is reached. */
export type EventHubsAccess =
  | ByConnectionString
  /** The namespace's host name, with the Azure identity of the environment. */
  | { readonly kind: 'identity'; readonly namespace: string };

/** How blob storage is reached. */
export type CheckpointAccess =
  | ByConnectionString
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
    readonly transport: ValueOf<'EVENTHUB_TRANSPORT'>;
    /** `sb://HOST:PORT` in place of the namespace's own; null for that. */
    readonly endpoint: string | null;
  };
  readonly checkpoints: {
    /** Never null where the role `consumer` was asked for. */
    readonly access: CheckpointAccess | null;
    readonly container: string;
  };
  readonly redis: {
    /** `redis:` or `rediss:`, with user and password where there are any: never to be logged. */
    readonly url: string;
    /** The file that it stood in, to be read again; null where it stood in the environment. */
    readonly file: string | null;
    readonly cluster: boolean;
    /** Whether the identity of this process is shown in place of a password. */
    readonly entra: boolean;
    /** Null for the host of the URL. */
    readonly tlsServerName: string | null;
  };
  /** Null where nothing is reached by one. */
  readonly identity: Identity | null;
  /** Null where the outside is reached directly. */
  readonly proxy: WayOut | null;
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
    readonly entra: {
      readonly tenantId: string;
      readonly audiences: readonly string[];
      /** Null for the public cloud. */
      readonly authorityHost: string | null;
    } | null;
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
  /** Null where no traces and no metrics are sent anywhere. */
  readonly telemetry: Telemetry | null;
}

/** Only for values without problems: those with a default are then all there. */
export function configOf(
  values: Values,
  { env, rule, identity, proxy }: Pick<Config, 'rule' | 'identity' | 'proxy'> & { readonly env: Environment },
): Config {
  return deepFreeze({
    eventHubs: {
      access: eventHubsAccess(values, env),
      names: values.EVENTHUB_NAMES!,
      consumerGroup: values.EVENTHUB_CONSUMER_GROUP!,
      startBackMs: values.START_BACK!,
      transport: values.EVENTHUB_TRANSPORT!,
      endpoint: values.EVENTHUB_ENDPOINT ?? null,
    },
    checkpoints: { access: checkpointAccess(values, env), container: values.CHECKPOINT_CONTAINER! },
    redis: {
      url: values.REDIS_URL!,
      file: fileOf('REDIS_URL', env),
      cluster: values.REDIS_CLUSTER!,
      entra: values.REDIS_ENTRA!,
      tlsServerName: values.REDIS_TLS_SERVER_NAME ?? null,
    },
    identity,
    proxy,
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
          : {
              tenantId: values.ENTRA_TENANT_ID.toLowerCase(),
              audiences: values.ENTRA_AUDIENCE!,
              authorityHost: values.AZURE_AUTHORITY_HOST ?? null,
            },
    },
    ops: { host: values.OPS_HOST!, port: values.OPS_PORT! },
    shutdownDeadlineMs: values.SHUTDOWN_DEADLINE!,
    logLevel: values.LOG_LEVEL!,
    telemetry: telemetryOf(values, env),
  });
}

function eventHubsAccess(values: Values, env: Environment): EventHubsAccess | null {
  const { EVENTHUB_CONNECTION_STRING: connectionString, EVENTHUB_NAMESPACE: namespace } = values;
  const file = fileOf('EVENTHUB_CONNECTION_STRING', env);
  if (connectionString !== undefined) return { kind: 'connectionString', connectionString, file };
  return namespace === undefined ? null : { kind: 'identity', namespace };
}

function checkpointAccess(values: Values, env: Environment): CheckpointAccess | null {
  const { CHECKPOINT_STORAGE_CONNECTION_STRING: connectionString, CHECKPOINT_STORAGE_URL: url } = values;
  const file = fileOf('CHECKPOINT_STORAGE_CONNECTION_STRING', env);
  if (connectionString !== undefined) return { kind: 'connectionString', connectionString, file };
  return url === undefined ? null : { kind: 'identity', url };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
