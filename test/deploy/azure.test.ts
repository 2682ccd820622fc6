/** What can be said of the Azure resources without Azure: that they are Bicep, fit together, and say what settings and manifests say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { type Environment, knownNames, ROLES, type Role, readConfig, SETTINGS } from '../../src/config.ts';
import {
  at,
  type Bicep,
  bicepFiles,
  bodyOf,
  declared,
  literal,
  membersOf,
  nodesOf,
  parseBicep,
  syntaxFaults,
} from './bicep.ts';
import { environmentOf, manifestsIn, ofKind, textOf, workloads } from './rendered.ts';

const files = bicepFiles();
const fileOf = (path: string): Bicep => {
  const found = files.find((file) => file.path === path);
  assert.ok(found, path);
  return found;
};
const main = fileOf('main.bicep');
const page = readFileSync(new URL('../../docs/azure.md', import.meta.url), 'utf8');
const aks = manifestsIn(textOf('aks'));
const HUBS = SETTINGS.EVENTHUB_NAMES.default ?? '';

/** The default of a parameter: a text, a list of texts, or the text of anything else. */
function defaultOf(file: Bicep, name: string): string | string[] {
  const node = declared(file, 'parameter').get(name);
  assert.ok(node, name);
  const [array] = nodesOf(node, 'array');
  if (array !== undefined) return nodesOf(array, 'string').map((one) => literal(one) ?? '');
  const value = node.namedChildren.at(-1)!;
  return literal(value) ?? value.text;
}

test('every file is Bicep', () => {
  assert.deepEqual(
    files.map(({ path }) => path),
    [
      'entra.bicep',
      'main.bicep',
      'modules/containerApps.bicep',
      'modules/events.bicep',
      'modules/identity.bicep',
      'modules/redis.bicep',
      'modules/storage.bicep',
    ],
  );
  for (const file of files) assert.deepEqual(syntaxFaults(file), [], file.path);
});

test('what is no Bicep is found', () => {
  for (const text of ["resource a 'b@1' = {", 'param = 1', "var a = ['b'\nvar c = }"])
    assert.notDeepEqual(syntaxFaults(parseBicep('planted', text)), [], text);
});

test('a module is given all that it asks for and nothing else, and asked only for what it gives', () => {
  const modules = declared(main, 'module');
  assert.equal(modules.size, files.length - 2);
  for (const [name, node] of modules) {
    const module = fileOf(literal(nodesOf(node, 'string')[0]) ?? '');
    assert.deepEqual(
      [...membersOf(at(bodyOf(node), 'params')!).keys()].sort(),
      [...declared(module, 'parameter').keys()].sort(),
      name,
    );
    const outputs = declared(module, 'output');
    const asked = [...main.text.matchAll(new RegExp(`\\b${name}\\.outputs\\.(\\w+)`, 'g'))].map(
      ([, output]) => output!,
    );
    for (const output of asked) assert.ok(outputs.has(output), `${name}.outputs.${output}`);
    for (const output of outputs.keys()) assert.ok(asked.includes(output), `${name}.outputs.${output} is of no use`);
  }
});

test('what is declared is used, and what is used is declared', () => {
  for (const file of files) {
    const used = nodesOf(file.root, 'identifier').map(({ text }) => text);
    for (const kind of ['parameter', 'variable'] as const)
      for (const name of declared(file, kind).keys())
        assert.ok(used.filter((one) => one === name).length > 1, `${file.path}: ${name}`);
  }
});

test('hubs, group and container have one name everywhere', () => {
  const hubs = HUBS.split(',');
  const { pods, env } = { pods: workloads(aks), env: environmentOf(workloads(aks)[0]!, aks) };
  assert.deepEqual(defaultOf(main, 'hubs'), hubs);
  assert.equal(env['EVENTHUB_NAMES'], hubs.join(','));
  assert.equal(defaultOf(main, 'consumerGroup'), env['EVENTHUB_CONSUMER_GROUP']);
  assert.equal(defaultOf(main, 'checkpointContainer'), env['CHECKPOINT_CONTAINER']);
  assert.equal(env['CHECKPOINT_CONTAINER'], SETTINGS.CHECKPOINT_CONTAINER.default);
  for (const name of [...hubs, env['EVENTHUB_CONSUMER_GROUP']!, env['CHECKPOINT_CONTAINER']!])
    assert.ok(page.includes(name), name);
  // More consumers than a hub has partitions have nothing to read.
  const { spec } = ofKind<IScaledObject['spec']>(aks, 'ScaledObject')[0]!;
  assert.equal(Number(defaultOf(main, 'partitionCount')), spec.maxReplicaCount);
  // Tokens are exchanged for the service account that the pods have, and for no other.
  const accounts = pods.map(
    ({ pod }) => `${ofKind(aks, 'ServiceAccount')[0]!.metadata.namespace}:${pod.serviceAccountName}`,
  );
  assert.deepEqual([...new Set(accounts)], [defaultOf(main, 'serviceAccount')]);
});

/** What each is called, from Microsoft's list of built-in roles. */
const ROLE_NAMES: Readonly<Record<string, string>> = {
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde': 'Azure Event Hubs Data Receiver',
  '2b629674-e913-4c01-ae53-ef4638d8f975': 'Azure Event Hubs Data Sender',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
};

test('each identity has the least role, on the least that it needs', () => {
  const given = files.flatMap((file) =>
    [...declared(file, 'resource').values()]
      .filter((node) => literal(nodesOf(node, 'string')[0])?.startsWith('Microsoft.Authorization/roleAssignments@'))
      .map((node) => {
        const body = bodyOf(node);
        const role = at(body, 'properties.roleDefinitionId')!.text;
        const id = literal(nodesOf(declared(file, 'variable').get(role)!, 'string').at(-1)) ?? '';
        // A role that is not assigned anew for each scope and identity would be refused the second time.
        const [scope, who] = [at(body, 'scope')!.text, at(body, 'properties.principalId')!.text];
        assert.equal(at(body, 'name')!.text, `guid(${scope}.id, ${who}, ${role})`);
        return `${who.replace('PrincipalId', '')}: ${ROLE_NAMES[id]} on ${scope}`;
      }),
  );
  assert.deepEqual(given.sort(), [
    'scaler: Azure Event Hubs Data Receiver on hub[i]',
    'scaler: Storage Blob Data Reader on checkpoints',
    'service: Azure Event Hubs Data Receiver on hub[i]',
    'service: Azure Event Hubs Data Sender on findings',
    'service: Storage Blob Data Contributor on checkpoints',
  ]);
  const ids = files.flatMap(({ text }) => text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []);
  assert.deepEqual(ids.sort(), Object.keys(ROLE_NAMES).sort());
  for (const name of Object.values(ROLE_NAMES)) assert.ok(page.includes(name), name);
});

test('what loses state, or lets keys in where an identity does, is switched off', () => {
  const wanted: readonly (readonly [string, string, string, string])[] = [
    ['modules/redis.bicep', 'database', 'properties.evictionPolicy', "'NoEviction'"],
    ['modules/redis.bicep', 'database', 'properties.persistence.aofEnabled', 'true'],
    ['modules/redis.bicep', 'database', 'properties.clientProtocol', "'Encrypted'"],
    ['modules/redis.bicep', 'database', 'properties.accessKeysAuthentication', "'Disabled'"],
    ['modules/redis.bicep', 'cluster', 'properties.highAvailability', "'Enabled'"],
    ['modules/storage.bicep', 'account', 'properties.allowSharedKeyAccess', 'false'],
    ['modules/storage.bicep', 'account', 'properties.allowBlobPublicAccess', 'false'],
    ['modules/storage.bicep', 'blobs', 'properties.isVersioningEnabled', 'false'],
    ['modules/storage.bicep', 'blobs', 'properties.deleteRetentionPolicy.enabled', 'false'],
    // Diagnostic settings know no other way to write.
    ['modules/events.bicep', 'namespace', 'properties.disableLocalAuth', 'false'],
  ];
  for (const [path, resource, member, value] of wanted)
    assert.equal(
      at(bodyOf(declared(fileOf(path), 'resource').get(resource)!), member)?.text,
      value,
      `${resource}: ${member}`,
    );
});

test('Entra ID writes the two categories that the rule reads', () => {
  const logs = nodesOf(declared(fileOf('entra.bicep'), 'resource').get('setting')!, 'array')[0]!;
  const listed = logs.namedChildren
    .filter((node) => node?.type === 'object')
    .map((node) => literal(at(node!, 'category')));
  assert.deepEqual(listed, ['SignInLogs', 'AuditLogs']);
  for (const category of listed) assert.ok(page.includes(`"${category}"`), category);
});

test('what is called like a setting is one', () => {
  const known = knownNames();
  const outputs = [...declared(main, 'output').keys()].filter((name) => name === name.toUpperCase());
  assert.deepEqual(
    outputs.filter((name) => !known.includes(name)),
    [],
  );
  const overlay = readFileSync(new URL('../../deploy/kubernetes/overlays/aks/settings.env', import.meta.url), 'utf8');
  const written = [...overlay.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
  for (const name of written.filter((one) => one !== 'REDIS_ENTRA')) assert.ok(outputs.includes(name), name);
});

/** What Azure would fill in. */
const FILLED: Readonly<Record<string, string>> = {
  "'${namespace}.servicebus.windows.net'": 'guestwatch-x.servicebus.windows.net',
  "join(hubs, ',')": HUBS,
  consumerGroup: 'guestwatch',
  storageUrl: 'https://gwx.blob.core.windows.net',
  checkpointContainer: 'guestwatch-checkpoints',
  redisUrl: 'rediss://guestwatch-x.westeurope.redis.azure.net:10000',
  clientId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  findingsHub: '',
};

test('each container app starts with settings that the service takes', () => {
  const file = fileOf('modules/containerApps.bicep');
  const known = new Set([...knownNames(), 'AZURE_CLIENT_ID']);
  const envOf = (variable: string): Environment =>
    Object.fromEntries(
      nodesOf(declared(file, 'variable').get(variable)!, 'object').map((object) => {
        const [name, value] = [literal(at(object, 'name')) ?? '', at(object, 'value')!];
        assert.ok(known.has(name), name);
        const filled = literal(value) ?? FILLED[value.text];
        assert.ok(filled !== undefined, value.text);
        return [name, filled];
      }),
    );
  const own: Readonly<Record<Role, Environment>> = {
    consumer: {},
    api: envOf('answering'),
    delivery: envOf('delivering'),
  };
  const settings = envOf('settings');
  for (const role of ROLES) {
    const read = readConfig({ ...settings, ...own[role] }, { roles: [role] });
    assert.ok('config' in read, inspect(read));
    const app = bodyOf(declared(file, 'resource').get('app')!);
    const graceS = Number(at(app, 'properties.template.terminationGracePeriodSeconds')?.text);
    assert.ok(graceS * 1000 > read.config.shutdownDeadlineMs);
    assert.deepEqual(
      [...app.text.matchAll(/path: '(\/\w+)', port: (\d+)/g)].map(([, path, port]) => `${port}${path}`),
      [`${read.config.ops.port}/livez`, `${read.config.ops.port}/livez`, `${read.config.ops.port}/readyz`],
    );
    assert.ok(app.text.includes(`targetPort: ${read.config.api.port}`));
  }
  const names = nodesOf(declared(file, 'variable').get('roles')!, 'object').map((object) =>
    literal(at(object, 'name')),
  );
  assert.deepEqual(names.filter((name) => name !== undefined).sort(), [...ROLES].sort());
});
