/** The Kubernetes manifests: that they are what the clusters' schemas and the service's own settings take, and that their parts fit each other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { IScaledObject, ITriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type { IPrometheusRule, IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2';
import type { IPodDisruptionBudgetSpec } from 'kubernetes-models/policy/v1';
import type { IServiceSpec } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { prometheusRuleText, RULE_FILE } from '../../local/manifests/alerts.ts';
import { fingerprint, fingerprintIn, sourceFiles } from '../../local/manifests/manifests.ts';
import { readArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type Config, type Environment, knownNames, ROLES, type Role, readConfig } from '../../src/config.ts';
import {
  environmentOf,
  isSelected,
  type Labels,
  type Manifest,
  manifestsIn,
  NAMES,
  ofKind,
  sourceOf,
  textOf,
  type Workload,
  workloads,
} from './rendered.ts';
import { nameFaults, valueFaults } from './schema.ts';
import { isAllowed } from './traffic.ts';

const RENDERED = NAMES.map((name) => {
  const all = manifestsIn(textOf(name));
  return { name, all, pods: workloads(all) };
});
const everyPod = RENDERED.flatMap(({ name, all, pods }) =>
  pods.map((pod) => ({ where: `${name}: ${pod.name}`, all, pod })),
);
const running = everyPod.filter(({ pod }) => pod.kind === 'Deployment');

/** What the files of the Secrets hold, by their keys. */
const SECRETS: Readonly<Record<string, string>> = {
  EVENTHUB_CONNECTION_STRING:
    'Endpoint=sb://guestwatch.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=of-a-test',
  CHECKPOINT_STORAGE_CONNECTION_STRING:
    'DefaultEndpointsProtocol=https;AccountName=guestwatch;AccountKey=of-a-test;EndpointSuffix=core.windows.net',
  REDIS_URL: 'redis://:of-a-test@redis.example:6379',
};

/** What workload identity adds to each pod with its label. */
const WORKLOAD_IDENTITY: Environment = {
  AZURE_CLIENT_ID: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  AZURE_TENANT_ID: '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11',
  AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/tokens/azure-identity-token',
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
};

const hasIdentity = ({ labels }: Workload): boolean => labels['azure.workload.identity/use'] === 'true';

/** The roles that a container's arguments ask for; none for a command that is no service. */
function rolesOf({ container, name }: Workload): Role[] {
  const [command = '', ...rest] = container.args ?? [];
  const { flags, faults } = readArguments(rest, COMMANDS[command]?.flags ?? {});
  assert.deepEqual(faults, [], name);
  return ROLES.filter((role) => flags.get('roles')?.split(',').includes(role));
}

function configOf(pod: Workload, all: readonly Manifest[]): Config {
  const env = { ...environmentOf(pod, all), ...(hasIdentity(pod) ? WORKLOAD_IDENTITY : {}) };
  const readFile = (path: string): string => {
    const source = sourceOf(path, pod);
    const text = source?.key === 'rule.yaml' ? 'severity: high' : SECRETS[source?.key ?? ''];
    if (text === undefined) throw Object.assign(new Error(`${path} is not mounted`), { code: 'ENOENT' });
    return text;
  };
  const read = readConfig(env, { roles: rolesOf(pod), readFile });
  assert.ok('config' in read, `${pod.name}: ${'problems' in read ? read.problems.map(({ message }) => message) : ''}`);
  return read.config;
}

test('the renderings are of the manifests as they are', () => {
  assert.ok(sourceFiles().length > 25);
  for (const name of NAMES)
    assert.equal(fingerprintIn(textOf(name)), fingerprint(), 'npm run manifests renders them anew');
});

test('a change of any file, its name included, is another fingerprint', () => {
  const of = (files: Record<string, string>) => fingerprint(Object.keys(files), (path) => Buffer.from(files[path]!));
  const all = [{ a: '1', b: '2' }, { a: '1', b: '3' }, { a: '1', c: '2' }, { a: '1' }, { a: '12' }].map((files) =>
    of(files),
  );
  assert.equal(new Set(all).size, all.length);
});

test('every object is one that Kubernetes, KEDA or the Prometheus operator knows, to the last field', async () => {
  const all = RENDERED.flatMap(({ all: some }) => some);
  assert.ok(all.length > 50);
  for (const manifest of all) assert.deepEqual(await valueFaults(manifest), []);
  assert.deepEqual(nameFaults(all), []);
});

test('a field that is misspelled or of another type is found', async () => {
  const deployment = (container: object): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'planted' },
    spec: { selector: {}, template: { spec: { containers: [{ name: 'x', ...container }] } } },
  });
  const scaled = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'planted' } };
  const spec = { scaleTargetRef: { name: 'x' }, triggers: [] };
  assert.deepEqual(nameFaults([deployment({ image: 'y' }), { ...scaled, spec }]), []);
  const found = nameFaults([deployment({ imag: 'y' }), { ...scaled, spec: { ...spec, minReplicas: 1 } }]);
  assert.match(found[0] ?? '', /^Deployment planted: .*'"imag"' does not exist/);
  assert.match(found[1] ?? '', /^ScaledObject planted: .*'"minReplicas"' does not exist/);
  const [fault = ''] = await valueFaults(deployment({ ports: [{ containerPort: 80.5 }] }));
  assert.match(fault, /containerPort must be integer/);
  assert.deepEqual(await valueFaults({ ...scaled, kind: 'ScaledObjekt' }), ['keda.sh/v1alpha1 has no ScaledObjekt']);
});

test('every role runs, by itself, and each overlay has all of them', () => {
  for (const { pods } of RENDERED) {
    assert.deepEqual(pods.flatMap(rolesOf).sort(), [...ROLES].sort());
    for (const pod of pods) assert.ok(rolesOf(pod).length === (pod.kind === 'Deployment' ? 1 : 0));
  }
});

test('each pod starts with settings that the service takes, and names no other', () => {
  const known = new Set(knownNames());
  for (const { where, all, pod } of everyPod) {
    assert.deepEqual(
      Object.keys(environmentOf(pod, all)).filter((name) => !known.has(name)),
      [],
      where,
    );
    configOf(pod, all);
  }
});

test('a setting that the service would refuse is found', () => {
  const { pod, all } = everyPod[0]!;
  const broken = { ...pod, container: { ...pod.container, env: [{ name: 'STATE_RETENTION', value: '2h' }] } };
  assert.throws(() => configOf(broken, all), /STATE_RETENTION must be at least 48h/);
});

test('every file that a setting names is mounted from a Secret or a ConfigMap', () => {
  for (const { where, all, pod } of everyPod) {
    for (const [name, path = ''] of Object.entries(environmentOf(pod, all))) {
      if (!name.endsWith('_FILE')) continue;
      const source = sourceOf(path, pod);
      assert.ok(source !== null, `${where}: ${name}`);
      // What stands for a setting has its name.
      if (source.of === 'guestwatch-connections') assert.equal(source.key, name.replace(/_FILE$/, ''), where);
    }
  }
});

test('what is mounted is read-only, and a directory, so that a changed file arrives', () => {
  for (const { where, pod } of everyPod) {
    for (const mount of pod.container.volumeMounts ?? []) {
      assert.ok(mount.readOnly === true && mount.subPath === undefined, where);
      assert.ok(
        pod.pod.volumes?.some(({ name }) => name === mount.name),
        `${where}: ${mount.name}`,
      );
    }
  }
});

test('probes ask the operations port for what it answers', () => {
  for (const { where, all, pod } of running) {
    const { ops } = configOf(pod, all);
    assert.equal(pod.container.ports?.find(({ name }) => name === 'ops')?.containerPort, ops.port, where);
    assert.equal(ops.host, '0.0.0.0', where);
    const { startupProbe, livenessProbe, readinessProbe } = pod.container;
    const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
    assert.deepEqual(
      asked,
      ['/livez', '/livez', '/readyz'].map((path) => ({ path, port: 'ops' })),
      where,
    );
    // Readiness says within two seconds why it is not.
    assert.ok((readinessProbe?.timeoutSeconds ?? 0) > 2, where);
  }
});

test('a pod is given longer to end than the service takes', () => {
  for (const { where, all, pod } of running) {
    const { shutdownDeadlineMs } = configOf(pod, all);
    const pauseS = pod.container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    assert.ok(pod.pod.terminationGracePeriodSeconds! > pauseS + shutdownDeadlineMs / 1000, where);
  }
});

test('who answers callers waits before it stops, until nobody is sent to it any more', () => {
  const api = running.filter(({ pod }) => rolesOf(pod).includes('api'));
  assert.equal(api.length, NAMES.length);
  for (const { where, pod } of api) assert.ok((pod.container.lifecycle?.preStop?.sleep?.seconds ?? 0) >= 5, where);
});

test('no pod asks for more than the restricted standard gives, and none can write its file system or ask the cluster', () => {
  for (const { where, pod } of everyPod) {
    const { securityContext, hostNetwork, hostPID, hostIPC, volumes = [], automountServiceAccountToken } = pod.pod;
    assert.ok(!hostNetwork && !hostPID && !hostIPC, where);
    assert.equal(automountServiceAccountToken, false, where);
    assert.ok(securityContext?.runAsNonRoot === true && securityContext.runAsUser! > 0, where);
    assert.deepEqual(securityContext.seccompProfile, { type: 'RuntimeDefault' }, where);
    for (const { name, ...source } of volumes)
      assert.ok(['secret', 'configMap'].includes(Object.keys(source)[0] ?? ''), `${where}: ${name}`);
    assert.deepEqual(
      pod.container.securityContext,
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      where,
    );
  }
  for (const { all } of RENDERED) {
    const labels = all.find(({ kind }) => kind === 'Namespace')?.metadata.labels;
    assert.equal(labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  }
});

test('the image is one that can be told from others', () => {
  for (const { where, pod } of everyPod) {
    assert.match(
      pod.container.image ?? '',
      /^[^:@]+\.[^:@]+\/[^:@]+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/,
      where,
    );
  }
});

test('memory has a bound above the peaks that were measured, and CPU has none', () => {
  for (const { where, pod } of running) {
    const { limits, requests } = pod.container.resources ?? {};
    assert.deepEqual(limits, { memory: '512Mi' }, where);
    assert.ok(requests?.['cpu'] !== undefined && requests['memory'] === '256Mi', where);
  }
});

test('every selector selects what it is meant for, and nothing else', () => {
  for (const { name, all, pods } of RENDERED) {
    const selectedBy = (labels: Labels | undefined): string[] =>
      pods.filter((pod) => isSelected(pod.labels, labels)).map((pod) => pod.name);
    const deployed = pods.filter(({ kind }) => kind === 'Deployment');
    for (const { metadata, spec } of ofKind<IDeploymentSpec>(all, 'Deployment'))
      assert.deepEqual(selectedBy(spec.selector.matchLabels), [metadata.name], name);
    const budgets = ofKind<IPodDisruptionBudgetSpec>(all, 'PodDisruptionBudget');
    assert.deepEqual(budgets.map(({ metadata }) => metadata.name).sort(), deployed.map((pod) => pod.name).sort());
    for (const { metadata, spec } of budgets) assert.deepEqual(selectedBy(spec.selector?.matchLabels), [metadata.name]);
    for (const pod of deployed) {
      const spread = pod.pod.topologySpreadConstraints ?? [];
      assert.deepEqual(
        spread.map(({ topologyKey }) => topologyKey),
        ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
      );
      for (const { labelSelector, matchLabelKeys } of spread)
        assert.ok(isSelected(pod.labels, labelSelector?.matchLabels) && matchLabelKeys?.[0] === 'pod-template-hash');
    }
  }
});

test('a Service leads to ports that its pods have, and only the API to callers', () => {
  for (const { name, all, pods } of RENDERED) {
    const services = ofKind<IServiceSpec>(all, 'Service');
    for (const { metadata, spec } of services) {
      const selected = pods.filter((pod) => pod.kind === 'Deployment' && isSelected(pod.labels, spec.selector));
      assert.ok(selected.length > 0, metadata.name);
      for (const { targetPort, port } of spec.ports ?? [])
        for (const pod of selected) {
          const own = pod.container.ports?.find((one) => one.name === targetPort)?.containerPort;
          assert.equal(own, port, `${name}: ${metadata.name}, ${pod.name}`);
        }
    }
    const api = pods.find((pod) => rolesOf(pod).includes('api'))!;
    const http = services.find(({ metadata }) => metadata.name === 'guestwatch-api')!.spec;
    assert.ok(isSelected(api.labels, http.selector));
    assert.deepEqual(
      http.ports?.map(({ port }) => port),
      [configOf(api, all).api.port],
    );
  }
});

test('Prometheus finds the operations port of every role, ready or not', () => {
  for (const { name, all, pods } of RENDERED) {
    const [monitor, ...more] = ofKind<IServiceMonitor['spec']>(all, 'ServiceMonitor');
    assert.ok(monitor !== undefined && more.length === 0, name);
    const service = ofKind<IServiceSpec>(all, 'Service').filter(({ metadata: { labels = {} } }) =>
      isSelected(labels, monitor.spec.selector.matchLabels),
    );
    assert.equal(service.length, 1, name);
    const { ports, publishNotReadyAddresses, selector } = service[0]!.spec;
    assert.equal(publishNotReadyAddresses, true);
    assert.deepEqual(
      monitor.spec.endpoints.map(({ port, path }) => [port, path]),
      [[ports?.[0]?.name, '/metrics']],
    );
    for (const pod of pods) assert.ok(isSelected(pod.labels, selector), pod.name);
  }
});

test("the cluster's Prometheus is given the alerts that any other loads", () => {
  const { groups } = parse(readFileSync(new URL('../../deploy/prometheus/alerts.yaml', import.meta.url), 'utf8')) as {
    groups: object[];
  };
  assert.ok(groups.length > 1);
  assert.equal(readFileSync(RULE_FILE, 'utf8'), prometheusRuleText(), 'npm run manifests makes it anew');
  for (const { name, all } of RENDERED) {
    const [rule, ...more] = ofKind<IPrometheusRule['spec']>(all, 'PrometheusRule');
    assert.ok(rule !== undefined && more.length === 0, name);
    assert.deepEqual(rule.spec.groups, groups, name);
  }
});

test('the network lets through what a pod needs, and nothing that nobody asked for', () => {
  const monitoring = { namespace: { 'kubernetes.io/metadata.name': 'monitoring' } };
  const elsewhere = { namespace: { 'kubernetes.io/metadata.name': 'elsewhere' } };
  const dns = { namespace: { 'kubernetes.io/metadata.name': 'kube-system' } };
  for (const { where, all, pod } of everyPod) {
    const { redis, ops, api, telemetry } = configOf(pod, all);
    const out = (address: string, port: number): boolean =>
      isAllowed(all, pod, { direction: 'Egress', other: { address }, port });
    // Redis, Event Hubs, and HTTPS for storage, tokens and webhooks; by private endpoints and by public addresses.
    const needed = [Number(new URL(redis.url).port || 6379), 5671, 443];
    for (const port of needed)
      for (const to of ['10.1.2.3', '203.0.113.7', '2001:db8::7']) assert.ok(out(to, port), `${where}: ${port}`);
    for (const protocol of ['UDP', 'TCP'] as const)
      assert.ok(isAllowed(all, pod, { direction: 'Egress', other: dns, port: 53, protocol }), where);
    // A collector, where there is one, by its own name.
    const collector = telemetry?.traces?.url;
    const { hostname, port } = new URL(collector ?? 'http://otel-collector.observability.svc:4318');
    const near = { namespace: { 'kubernetes.io/metadata.name': hostname.split('.')[1]! } };
    const isNear = isAllowed(all, pod, { direction: 'Egress', other: near, port: Number(port) });
    assert.equal(isNear, collector !== undefined, where);
    assert.ok(!out('203.0.113.7', 22) && !out('10.1.2.3', 8080), where);
    // What a node would tell of itself, its identity above all.
    for (const port of [80, ...needed]) assert.ok(!out('169.254.169.254', port), where);
    const from = (other: typeof monitoring, port: number): boolean =>
      isAllowed(all, pod, { direction: 'Ingress', other, port });
    assert.ok(!from(elsewhere, ops.port) && !from(elsewhere, 22), where);
    assert.equal(from(monitoring, ops.port), pod.kind === 'Deployment', where);
    assert.equal(from(elsewhere, api.port), rolesOf(pod).includes('api'), where);
  }
});

test('an autoscaler scales what is there, and nobody else says how many', () => {
  for (const { name, all, pods } of RENDERED) {
    const scaled = [
      ...ofKind<IHorizontalPodAutoscalerSpec>(all, 'HorizontalPodAutoscaler').map(({ spec }) => ({
        target: spec.scaleTargetRef.name,
        least: spec.minReplicas,
      })),
      ...ofKind<IScaledObject['spec']>(all, 'ScaledObject').map(({ spec }) => ({
        target: spec.scaleTargetRef.name,
        least: spec.minReplicaCount,
      })),
    ];
    assert.ok(scaled.length >= 1, name);
    for (const pod of pods.filter(({ kind }) => kind === 'Deployment')) {
      const own = scaled.filter(({ target }) => target === pod.name);
      assert.ok(own.length === (pod.replicas === undefined ? 1 : 0), `${name}: ${pod.name}`);
      // One that is evicted leaves another.
      assert.ok((pod.replicas ?? own[0]?.least ?? 0) >= 2, `${name}: ${pod.name}`);
    }
    assert.ok(
      scaled.every(({ target }) => pods.some((pod) => pod.name === target)),
      name,
    );
  }
});

test("KEDA looks where the consumer's checkpoints are", () => {
  const scaling = RENDERED.filter(({ all }) => all.some(({ kind }) => kind === 'ScaledObject'));
  assert.deepEqual(
    scaling.map(({ name }) => name),
    ['aks', 'everything'],
  );
  for (const { all, pods } of scaling) {
    const consumer = pods.find((pod) => rolesOf(pod).includes('consumer'))!;
    const { eventHubs, checkpoints } = configOf(consumer, all);
    const { triggers } = ofKind<IScaledObject['spec']>(all, 'ScaledObject')[0]!.spec;
    assert.deepEqual(
      triggers.map(({ metadata }) => metadata['eventHubName']),
      eventHubs.names,
    );
    for (const { type, metadata, authenticationRef } of triggers) {
      assert.equal(type, 'azure-eventhub');
      assert.equal(metadata['checkpointStrategy'], 'blobMetadata');
      assert.equal(metadata['consumerGroup'], eventHubs.consumerGroup);
      assert.equal(metadata['blobContainer'], checkpoints.container);
      // The client library writes names in lower case into the path of a checkpoint; KEDA does so with the group alone.
      assert.equal(metadata['eventHubName'], metadata['eventHubName']?.toLowerCase());
      const { spec } = ofKind<ITriggerAuthentication['spec']>(all, 'TriggerAuthentication').find(
        (one) => one.metadata.name === authenticationRef?.name,
      )!;
      if (eventHubs.access?.kind === 'identity') {
        assert.equal(spec.podIdentity?.provider, 'azure-workload');
        assert.equal(`${metadata['eventHubNamespace']}.servicebus.windows.net`, eventHubs.access.namespace);
        const { access } = checkpoints;
        assert.ok(access?.kind === 'identity');
        assert.equal(`https://${metadata['storageAccountName']}.blob.core.windows.net`, access.url);
      } else {
        assert.deepEqual(spec.secretTargetRef, [
          { parameter: 'connection', name: 'guestwatch-connections', key: 'EVENTHUB_CONNECTION_STRING' },
          {
            parameter: 'storageConnection',
            name: 'guestwatch-connections',
            key: 'CHECKPOINT_STORAGE_CONNECTION_STRING',
          },
        ]);
      }
    }
  }
});

test('with workload identity every pod has its token, and the account that the token is of', () => {
  const { all, pods } = RENDERED.find(({ name }) => name === 'aks')!;
  for (const pod of pods) {
    assert.ok(hasIdentity(pod), pod.name);
    assert.equal(pod.pod.serviceAccountName, 'guestwatch');
  }
  const account = all.find(({ kind }) => kind === 'ServiceAccount')!.metadata as { annotations?: Labels };
  assert.match(account.annotations?.['azure.workload.identity/client-id'] ?? '', /^[0-9a-f-]{36}$/);
});

test('a rule is adopted by a Job that is asked for, with the settings that all others have', () => {
  for (const { name, all, pods } of RENDERED) {
    const job = pods.find(({ kind }) => kind === 'CronJob')!;
    assert.deepEqual(job.container.args, ['rule', 'adopt'], name);
    assert.equal(ofKind<{ suspend: boolean }>(all, 'CronJob')[0]!.spec.suspend, true, name);
    for (const pod of pods) {
      const [own, other] = [configOf(job, all), configOf(pod, all)];
      assert.deepEqual(
        [own.redis, own.state, own.rule],
        [other.redis, other.state, other.rule],
        `${name}: ${pod.name}`,
      );
    }
  }
});
