/** Settings that are right by themselves and wrong beside each other, with what the service itself says of each. */
import { type Environment, type Role, readConfig, SETTINGS, type SettingName } from '../../src/config.ts';

export interface Refusal {
  /** What is set beside what is needed; undefined takes away what is needed. */
  readonly env: Environment;
  /** All, unless said. */
  readonly roles?: readonly Role[];
}

const example = (name: SettingName): string => SETTINGS[name].example ?? SETTINGS[name].default!;

const HUBS = example('EVENTHUB_CONNECTION_STRING');
const BLOBS = example('CHECKPOINT_STORAGE_CONNECTION_STRING');
const EMULATOR = 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;';
const PLAIN_REDIS = 'redis://redis.example:6379';
const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: example('OTEL_EXPORTER_OTLP_ENDPOINT') };
const CLIENT = ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'] as const;
const KEYS = ['API_TLS_CERT_FILE', 'API_TLS_KEY_FILE', 'ENTRA_TENANT_ID', 'ENTRA_AUDIENCE'] as const;

/** What the consumer needs, by key: everything else has a default. */
export const BY_KEY: Environment = { EVENTHUB_CONNECTION_STRING: HUBS, CHECKPOINT_STORAGE_CONNECTION_STRING: BLOBS };

/** In the order in which the settings are explained. */
export const REFUSALS: readonly Refusal[] = [
  { env: { EVENTHUB_CONNECTION_STRING: undefined } },
  { env: { EVENTHUB_CONNECTION_STRING: HUBS, EVENTHUB_NAMESPACE: example('EVENTHUB_NAMESPACE') } },
  { env: { EVENTHUB_CONNECTION_STRING: EMULATOR, EVENTHUB_TRANSPORT: 'websockets' } },
  { env: { EVENTHUB_CONNECTION_STRING: `${HUBS};EntityPath=all-logs`, EVENTHUB_NAMES: 'sign-ins,all-logs' } },
  { env: { CHECKPOINT_STORAGE_CONNECTION_STRING: undefined } },
  { env: { CHECKPOINT_STORAGE_CONNECTION_STRING: BLOBS, CHECKPOINT_STORAGE_URL: example('CHECKPOINT_STORAGE_URL') } },
  { env: { REDIS_URL: PLAIN_REDIS, REDIS_URL_FILE: '/run/secrets/redis' } },
  { env: { REDIS_CLUSTER: 'on', REDIS_URL: `${PLAIN_REDIS}/3` } },
  { env: { REDIS_ENTRA: 'on', REDIS_URL: PLAIN_REDIS } },
  { env: { REDIS_ENTRA: 'on', REDIS_URL: example('REDIS_URL') } },
  { env: { REDIS_TLS_SERVER_NAME: 'redis.example', REDIS_URL: PLAIN_REDIS } },
  {
    env: {
      ...{ EVENTHUB_CONNECTION_STRING: undefined, EVENTHUB_NAMESPACE: example('EVENTHUB_NAMESPACE') },
      AZURE_IDENTITY: 'workload',
    },
  },
  { env: { STATE_RETENTION: '24h' } },
  { env: { API_HOST: '0.0.0.0' } },
  { env: { API_PORT: '8080', OPS_PORT: '8080' } },
  ...KEYS.map((name) => ({ env: { [name]: example(name) } })),
  {
    env: {
      API_HOST: 'localhost',
      ...Object.fromEntries(KEYS.slice(0, 2).map((name) => [name, example(name)])),
    },
  },
  { env: { FINDINGS_EVENTHUB_NAME: 'insights-logs-auditlogs' } },
  {
    env: {
      ...{ EVENTHUB_CONNECTION_STRING: `${HUBS};EntityPath=all-logs`, EVENTHUB_NAMES: 'all-logs' },
      FINDINGS_EVENTHUB_NAME: 'findings',
    },
  },
  { env: { EVENTHUB_CONNECTION_STRING: undefined, FINDINGS_EVENTHUB_NAME: 'findings' }, roles: ['delivery'] },
  { env: { ...COLLECTOR, OTEL_TRACES_SAMPLER_ARG: example('OTEL_TRACES_SAMPLER_ARG') } },
  ...CLIENT.map((name) => ({ env: { ...COLLECTOR, [name]: example(name) } })),
];

/** Files that they name hold what they should: a certificate, a key, or the address of Redis. */
const readFile = (path: string): string => {
  const kind = /\.(pem|key)$/.exec(path)?.[1];
  if (kind === undefined) return example('REDIS_URL');
  return `-----BEGIN ${kind === 'pem' ? 'CERTIFICATE' : 'PRIVATE KEY'}-----`;
};

/** What the service says of it. */
export function messagesOf({ env, roles }: Refusal): readonly string[] {
  const read = readConfig({ ...BY_KEY, ...env }, { ...(roles && { roles }), readFile });
  return 'problems' in read ? read.problems.map(({ message }) => message) : [];
}

/** As it is shown: what is long and the same everywhere is left out. */
export function refusalText({ env, roles }: Refusal): string {
  const set = Object.entries(env).flatMap(([name, text]) =>
    text === undefined
      ? []
      : [
          `\`${name}=${text.replace(HUBS, '…').replace(BLOBS, '…').replace(EMULATOR, '…;UseDevelopmentEmulator=true')}\``,
        ],
  );
  const unset = Object.entries(env).flatMap(([name, text]) => (text === undefined ? [`no \`${name}\``] : []));
  return [...set, ...unset, ...(roles ? [`\`--roles ${roles.join()}\``] : [])].join(', ');
}
