/**
 * Every setting: its name, its default, its form and what it is for. The README's table, docs/configuration.md and the parser all
 * come from here.
 */
import type { Role } from './config.ts';
import {
  authorityHost,
  eventHubsConnectionString,
  eventHubsEndpoint,
  eventHubsNamespace,
  redisUrl,
  storageConnectionString,
  storageUrl,
  tlsName,
} from './connections.ts';
import { otlpEndpoint, otlpHeaders, otlpSignalEndpoint, ratio, resourceAttributes } from './otlp.ts';
import {
  duration,
  filePath,
  listenHost,
  listOf,
  oneOf,
  onOff,
  type Parser,
  shaped,
  trustedProxies,
  wholeNumber,
} from './values.ts';

export interface Setting<T> {
  readonly parse: Parser<T>;
  /** As an operator would write it; null where there is none. */
  readonly default: string | null;
  /** What it decides, in a few words. */
  readonly about: string;
  /** True where it may hold a secret: `NAME_FILE` then names a file that holds it. */
  readonly file: boolean;
  /** Whom it concerns, where the roles run apart; null for every process, whatever its roles. */
  readonly roles: readonly Role[] | null;
  /** A value that one may write; null where the default shows one. */
  readonly example: string | null;
}

type More = Partial<Pick<Setting<unknown>, 'roles' | 'example'>>;

const setting = <T>(parse: Parser<T>, byDefault: string | null, about: string, more: More = {}): Setting<T> => ({
  parse,
  default: byDefault,
  about,
  file: false,
  roles: null,
  example: null,
  ...more,
});

const secret = <T>(parse: Parser<T>, byDefault: string | null, about: string, more?: More): Setting<T> => ({
  ...setting(parse, byDefault, about, more),
  file: true,
});

const HUB_NAME = /^[a-z0-9]([a-z0-9._-]{0,254}[a-z0-9])?$/i;
const GROUP_NAME = /^(\$default|[a-z0-9]([a-z0-9._-]{0,48}[a-z0-9])?)$/i;
/** The service's own bounds: 3 to 63, no two hyphens in a row. */
const CONTAINER_NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const PORT = wholeNumber(0, 65_535);
const TENANT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CLIENT_ID = TENANT_ID;
/** The id of an application, or its URI. */
const AUDIENCE = /^[\x21-\x2b\x2d-\x7e]{1,255}$/;

/** All settings by name, in the order in which they are explained. */
export const SETTINGS = {
  EVENTHUB_CONNECTION_STRING: secret(
    eventHubsConnectionString,
    null,
    'the Event Hubs namespace, by key; or else `EVENTHUB_NAMESPACE`',
    { example: 'Endpoint=sb://logs.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=…' },
  ),
  EVENTHUB_NAMESPACE: setting(
    eventHubsNamespace,
    null,
    'the Event Hubs namespace, `NAME.servicebus.windows.net`, by Azure identity',
    { example: 'logs.servicebus.windows.net' },
  ),
  EVENTHUB_TRANSPORT: setting(
    oneOf('amqp', 'websockets'),
    'amqp',
    '`websockets` where only port 443 is open, or a proxy is in between (`HTTPS_PROXY`)',
    { example: 'websockets' },
  ),
  EVENTHUB_ENDPOINT: setting(
    eventHubsEndpoint,
    null,
    'another address to connect to, `sb://HOST:PORT`, where the name of the namespace does not lead there',
    { example: 'sb://10.0.4.7:5671' },
  ),
  EVENTHUB_NAMES: setting(
    listOf(HUB_NAME, 'names of event hubs parted by commas'),
    'insights-logs-signinlogs,insights-logs-auditlogs',
    'the hubs to read; one for everything is fine, records are told apart by category',
    { roles: ['consumer'], example: 'all-logs' },
  ),
  EVENTHUB_CONSUMER_GROUP: setting(
    shaped(GROUP_NAME, 'the name of a consumer group: up to 50 letters, digits, dots, hyphens and underscores'),
    '$Default',
    'the consumer group',
    { roles: ['consumer', 'api'], example: 'guestwatch' },
  ),
  CHECKPOINT_STORAGE_CONNECTION_STRING: secret(
    storageConnectionString,
    null,
    'the storage account for checkpoints, by key; or else `CHECKPOINT_STORAGE_URL`',
    {
      roles: ['consumer'],
      example: 'DefaultEndpointsProtocol=https;AccountName=logs;AccountKey=…;EndpointSuffix=core.windows.net',
    },
  ),
  CHECKPOINT_STORAGE_URL: setting(
    storageUrl,
    null,
    'the storage account, `https://ACCOUNT.blob.core.windows.net`, by Azure identity',
    { roles: ['consumer'], example: 'https://logs.blob.core.windows.net' },
  ),
  CHECKPOINT_CONTAINER: setting(
    shaped(CONTAINER_NAME, 'the name of a blob container: 3 to 63 lower-case letters, digits and single hyphens'),
    'guestwatch-checkpoints',
    'the blob container; made if missing',
    { roles: ['consumer'] },
  ),
  REDIS_URL: secret(redisUrl, 'redis://127.0.0.1:6379', 'Redis 7.0 or newer; `rediss://` for TLS', {
    example: 'rediss://guestwatch:…@redis.example:6380',
  }),
  REDIS_CLUSTER: setting(onOff, 'off', '`on` where `REDIS_URL` is a node of a Redis Cluster'),
  REDIS_ENTRA: setting(onOff, 'off', '`on` for Azure Managed Redis by Azure identity; the URL then holds no password'),
  REDIS_TLS_SERVER_NAME: setting(
    tlsName,
    null,
    'the name in the certificate of Redis, where `REDIS_URL` has another, or an address',
    { example: 'redis.example' },
  ),
  AZURE_IDENTITY: setting(
    oneOf('auto', 'workload', 'managed', 'cli'),
    'auto',
    'as whom Azure is spoken to: `auto` is workload identity where the platform has set it up, else managed identity',
    { example: 'workload' },
  ),
  AZURE_CLIENT_ID: setting(
    shaped(CLIENT_ID, 'the client id of an identity, such as 7c9e6679-7425-40de-944b-e07fc1f90ae7'),
    null,
    'the client id of that identity; without one, the only one that the machine has',
    { example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' },
  ),
  AZURE_TENANT_ID: setting(
    shaped(TENANT_ID, 'the id of a tenant, such as 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11, not its domain'),
    null,
    'its tenant; in Kubernetes the platform sets it',
    { example: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11' },
  ),
  AZURE_FEDERATED_TOKEN_FILE: setting(
    filePath,
    null,
    'the token that a workload identity is exchanged for; in Kubernetes the platform sets it',
    { example: '/var/run/secrets/azure/tokens/azure-identity-token' },
  ),
  AZURE_AUTHORITY_HOST: setting(
    authorityHost,
    null,
    'who issues tokens, where that is not the public cloud, such as `https://login.microsoftonline.us`',
    { example: 'https://login.microsoftonline.us' },
  ),
  STATE_SHARDS: setting(
    wholeNumber(1, 64),
    '1',
    'fixed at the first start; more than one serves many tenants, one tenant is one shard',
    { example: '8' },
  ),
  STATE_RETENTION: setting(
    duration('1h', '90d'),
    '48h',
    'how long facts are kept; at least twice the window of the rule',
    { example: '72h' },
  ),
  FINDING_RETENTION: setting(duration('1h', '3650d'), '90d', 'how long a finding is kept after its last revision', {
    example: '365d',
  }),
  FEED_RETENTION: setting(duration('1h', '3650d'), '7d', 'how long the feed of changes reaches back', {
    example: '14d',
  }),
  START_BACK: setting(duration('0s', '90d'), '48h', 'how far back a partition without position begins', {
    roles: ['consumer'],
    example: '7d',
  }),
  SIGN_IN_REVISION_DELAY: setting(
    duration('0s', '24h'),
    '15m',
    'how long a finding that gained nothing but sign-ins waits for its revision',
  ),
  SHUTDOWN_DEADLINE: setting(duration('1s', '10m'), '25s', 'how long an orderly stop may take'),
  API_HOST: setting(
    listenHost,
    '127.0.0.1',
    'where the API listens; loopback only, as long as nothing says who may call',
    { roles: ['api'], example: '0.0.0.0' },
  ),
  API_PORT: setting(PORT, '8080', 'its port; 0 takes a free one', { roles: ['api'] }),
  API_KEYS_FILE: setting(filePath, null, 'who may call, by key: a YAML file, read again when it changes', {
    roles: ['api'],
    example: '/etc/guestwatch/keys.yaml',
  }),
  ENTRA_TENANT_ID: setting(
    shaped(TENANT_ID, 'the id of a tenant, such as 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11, not its domain'),
    null,
    'who may call, by Entra ID access token: the tenant that issues them',
    { roles: ['api'], example: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11' },
  ),
  ENTRA_AUDIENCE: setting(
    listOf(AUDIENCE, 'the id or the URI of the application that tokens are for, or both parted by a comma'),
    null,
    'the application that those tokens are for: its id, its URI, or both',
    { roles: ['api'], example: 'api://guestwatch,7c9e6679-7425-40de-944b-e07fc1f90ae7' },
  ),
  API_TLS_CERT_FILE: setting(
    filePath,
    null,
    'TLS on the API port: the certificate and its chain, PEM; read again when it changes',
    { roles: ['api'], example: '/etc/guestwatch/tls/tls.crt' },
  ),
  API_TLS_KEY_FILE: setting(filePath, null, 'its private key, PEM', {
    roles: ['api'],
    example: '/etc/guestwatch/tls/tls.key',
  }),
  TRUST_PROXY: setting(
    trustedProxies,
    'off',
    "whose `X-Forwarded-For` names the caller's address: `on` for one proxy in front, or the addresses of all",
    { roles: ['api'], example: '10.1.0.0/16' },
  ),
  OPS_HOST: setting(listenHost, '127.0.0.1', 'where health and metrics are served, without a key', {
    example: '0.0.0.0',
  }),
  OPS_PORT: setting(PORT, '9464', 'its port; 0 takes a free one'),
  RULE_FILE: setting(
    filePath,
    null,
    'a rule of your own, in YAML: more operations, severity, window; else the built-in one',
    { example: '/etc/guestwatch/rule.yaml' },
  ),
  NON_INTERACTIVE_NEAR_MISSES: setting(onOff, 'off', 'count guests who are seen in non-interactive sign-ins only', {
    roles: ['consumer', 'api'],
  }),
  DEAD_LETTERS_MAX: setting(wholeNumber(1, 1_000_000), '10000', 'how many dead letters are kept', {
    roles: ['consumer', 'api'],
  }),
  WEBHOOKS_FILE: setting(filePath, null, 'YAML: the webhooks that findings are sent to; see docs/webhooks.md', {
    roles: ['delivery'],
    example: '/etc/guestwatch/webhooks.yaml',
  }),
  FINDINGS_EVENTHUB_NAME: setting(
    shaped(HUB_NAME, 'the name of an event hub'),
    null,
    'an event hub of the same namespace that findings are sent to',
    { roles: ['delivery'], example: 'findings' },
  ),
  LOG_LEVEL: setting(
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'info',
    'from which level on the log is written',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    otlpEndpoint,
    null,
    'an OpenTelemetry collector that traces and metrics are sent to, such as `http://127.0.0.1:4318`; see docs/observability.md',
    { example: 'http://127.0.0.1:4318' },
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting(
    otlpSignalEndpoint,
    null,
    'the whole address for traces, where it is another',
    { example: 'http://127.0.0.1:4318/v1/traces' },
  ),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: setting(
    otlpSignalEndpoint,
    null,
    'the whole address for metrics, where it is another',
    { example: 'http://127.0.0.1:4318/v1/metrics' },
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting(
    oneOf('http/protobuf'),
    'http/protobuf',
    'what is spoken there; there is no other',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secret(
    otlpHeaders,
    null,
    'headers for the collector, `NAME=VALUE,NAME=VALUE`, such as its key',
    { example: 'x-key=of-the-collector' },
  ),
  OTEL_EXPORTER_OTLP_COMPRESSION: setting(oneOf('none', 'gzip'), 'none', 'whether what is sent there is packed'),
  OTEL_EXPORTER_OTLP_TIMEOUT: setting(
    wholeNumber(100, 60_000),
    '10000',
    'how long it may take to send, in milliseconds',
  ),
  OTEL_EXPORTER_OTLP_CERTIFICATE: setting(
    filePath,
    null,
    'the authority behind the certificate of the collector, PEM, where it is one of your own',
    { example: '/etc/guestwatch/collector-ca.pem' },
  ),
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: setting(filePath, null, 'the certificate to show the collector, PEM', {
    example: '/etc/guestwatch/collector.pem',
  }),
  OTEL_EXPORTER_OTLP_CLIENT_KEY: setting(filePath, null, 'its private key, PEM', {
    example: '/etc/guestwatch/collector.key',
  }),
  OTEL_TRACES_EXPORTER: setting(oneOf('otlp', 'none'), 'otlp', '`none` sends no traces'),
  OTEL_METRICS_EXPORTER: setting(
    oneOf('otlp', 'none'),
    'otlp',
    '`none` sends no metrics; they can be scraped all the same',
  ),
  OTEL_TRACES_SAMPLER: setting(
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    'parentbased_always_on',
    'which traces are kept; `parentbased_…` follows the caller of the API where that sends a trace',
  ),
  OTEL_TRACES_SAMPLER_ARG: setting(
    ratio,
    null,
    'the part of them that `traceidratio` keeps, 0 to 1; all where it is not set',
    { example: '0.1' },
  ),
  OTEL_METRIC_EXPORT_INTERVAL: setting(
    wholeNumber(1_000, 3_600_000),
    '60000',
    'how often metrics are sent, in milliseconds',
  ),
  OTEL_SERVICE_NAME: setting(
    shaped(/^[^\x00-\x1f\x7f]{1,255}$/, 'a name of up to 255 characters'),
    null,
    'the name of this service in traces and metrics; `guestwatch` where nothing says otherwise',
    { example: 'guestwatch-emea' },
  ),
  OTEL_RESOURCE_ATTRIBUTES: setting(
    resourceAttributes,
    null,
    'what else is said of it there, such as `deployment.environment.name=production`',
    { example: 'deployment.environment.name=production' },
  ),
  OTEL_SDK_DISABLED: setting(onOff, 'off', '`on` sends nothing, whatever else is set'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The value of a setting, by its name. */
export type ValueOf<Name extends SettingName> = (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
