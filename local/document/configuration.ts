/** The reference of all settings, made of the schema that the service reads them by, and of what it says itself of those that contradict. */
import { type Environment, SETTINGS, type Setting, type SettingName } from '../../src/config.ts';
import { messagesOf, REFUSALS, refusalText } from './refusals.ts';

export const CONFIGURATION = new URL('../../docs/configuration.md', import.meta.url);

/** A heading stands before the setting that it names. */
const GROUPS: Partial<Record<SettingName, string>> = {
  EVENTHUB_CONNECTION_STRING: 'Event Hubs',
  CHECKPOINT_STORAGE_CONNECTION_STRING: 'Checkpoints',
  REDIS_URL: 'Redis',
  AZURE_IDENTITY: 'Azure identity',
  STATE_SHARDS: 'State and time',
  API_HOST: 'The API, and who may call it',
  OPS_HOST: 'The operations port',
  RULE_FILE: 'The rule, and what is kept beside it',
  WEBHOOKS_FILE: 'Where findings go',
  LOG_LEVEL: 'The log',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'OpenTelemetry',
};

/** Two ways to begin; the test has the service read both. */
export const BEGINNINGS = {
  'By Azure identity, as on Kubernetes': {
    EVENTHUB_NAMESPACE: 'logs.servicebus.windows.net',
    EVENTHUB_CONSUMER_GROUP: 'guestwatch',
    CHECKPOINT_STORAGE_URL: 'https://logs.blob.core.windows.net',
    REDIS_URL: 'rediss://logs.westeurope.redis.azure.net:10000',
    REDIS_ENTRA: 'on',
    API_HOST: '0.0.0.0',
    API_KEYS_FILE: '/etc/guestwatch/keys.yaml',
    OPS_HOST: '0.0.0.0',
    WEBHOOKS_FILE: '/etc/guestwatch/webhooks.yaml',
  },
  'By keys out of files': {
    EVENTHUB_CONNECTION_STRING_FILE: '/run/secrets/eventhubs',
    CHECKPOINT_STORAGE_CONNECTION_STRING_FILE: '/run/secrets/storage',
    REDIS_URL_FILE: '/run/secrets/redis',
    API_HOST: '0.0.0.0',
    ENTRA_TENANT_ID: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11',
    ENTRA_AUDIENCE: 'api://guestwatch',
    OPS_HOST: '0.0.0.0',
  },
} as const satisfies Record<string, Environment>;

const HEAD = `# All settings

Settings are environment variables, and nothing else is: no file of settings, no flag but \`--roles\`. The README has them in one table;
this page has all that is to be known of each. It is made by \`npm run document\` out of \`src/config/settings.ts\`, by which the
service reads them.

- **Every fault at once.** A start with wrong settings ends with 2 and a line for each fault, which names the variable and the mend and never
  repeats the value. \`guestwatch serve\` looks at all of them before it opens anything.
- **Empty is not set**, and white space around a value is no part of it.
- **A name within two letters of one of these** is a fault that names the right one. What Kubernetes sets for its Services
  (\`*_SERVICE_HOST\`, \`*_PORT_6379_TCP\`, a port that is \`tcp://…\`) and \`OTEL_*\` pass.
- **Secrets in files.** Where it says so, \`NAME_FILE\` names a file that holds the value. It is read again whenever something is to be
  shown, so that a secret is replaced without a new start ([identity](identity.md#secrets-that-change)).
- **Roles.** Processes with different roles may share all settings: those of others are checked and not used.
- **The same for all processes**: \`STATE_SHARDS\`, the retentions, \`RULE_FILE\` and \`EVENTHUB_ENDPOINT\`. One rule is in force for all, and one with
  another waits ([rules](rule.md)); \`STATE_SHARDS\` is refused where it differs.

Names that are not ours count too: \`HTTPS_PROXY\`, \`ALL_PROXY\`, \`HTTP_PROXY\` and \`NO_PROXY\` say how the outside is reached, and
\`NODE_EXTRA_CA_CERTS\` whose certificates are believed beside the public ones ([identity](identity.md#tls-private-endpoints-proxies)).
`;

export function configurationText(): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  return [HEAD, beginnings(), ...names.flatMap(sectionOf), together()].filter((part) => part !== '').join('\n');
}

const beginnings = (): string =>
  [
    '## To begin with\n',
    ...Object.entries(BEGINNINGS).map(
      ([title, env]) =>
        `${title}:\n\n${Object.entries(env)
          .map(([name, text]) => `    ${name}=${text}`)
          .join('\n')}\n`,
    ),
  ].join('\n');

function sectionOf(name: SettingName): string[] {
  const { parse, default: byDefault, about, file, roles, example }: Setting<unknown> = SETTINGS[name];
  const beside = besides(name).map((other) => `[\`${other}\`](#${other.toLowerCase()})`);
  const lines = [
    `- form: ${parse.form}`,
    `- default: ${byDefault === null ? 'none' : `\`${byDefault}\``}`,
    ...(example === null ? [] : [`- example: \`${example}\``]),
    `- for: ${roles === null ? 'every process' : roles.map((role) => `\`${role}\``).join(', ')}`,
    ...(file ? [`- in a file: \`${name}_FILE\``] : []),
    ...(beside.length === 0 ? [] : [`- look also at: ${beside.join(', ')}`]),
  ];
  const group = GROUPS[name];
  return [
    ...(group === undefined ? [] : [`## ${group}\n`]),
    `### \`${name}\`\n\n${about[0]!.toUpperCase()}${about.slice(1)}.\n\n${lines.join('\n')}\n`,
  ];
}

/** The settings that the service names in one breath with it, when it refuses some of them together. */
function besides(name: SettingName): SettingName[] {
  const sets = REFUSALS.flatMap((refusal) => {
    const set = Object.keys(refusal.env).filter((one) => refusal.env[one] !== undefined);
    return messagesOf(refusal).map((message) => namesIn(`${message} ${set.join(' ')}`));
  });
  const others = new Set(sets.filter((set) => set.has(name)).flatMap((set) => [...set]));
  return (Object.keys(SETTINGS) as SettingName[]).filter((other) => other !== name && others.has(other));
}

const namesIn = (text: string): Set<string> =>
  new Set(text.match(/\b[A-Z][A-Z_]+[A-Z]\b/g)?.map((name) => (name in SETTINGS ? name : name.replace(/_FILE$/, ''))));

function together(): string {
  const rows = REFUSALS.flatMap((refusal) =>
    messagesOf(refusal).map((message) => `| ${refusalText(refusal)} | ${message.replaceAll('|', '\\|')} |`),
  );
  return `## What does not go together

Each is right by itself. This is what the service says, asked by the program that makes this page:

| set | it says |
| --- | --- |
${rows.join('\n')}
`;
}
