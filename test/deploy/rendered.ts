/** The committed renderings of the manifests, as objects that tests can ask. */
import { readFileSync } from 'node:fs';
import type { IConfigMap, IContainer, IPodSpec } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { fileOf, RENDERINGS, type Rendering } from '../../local/manifests/manifests.ts';
import type { Environment } from '../../src/config.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly spec?: unknown;
}

/** What starts pods, and the pods that it starts. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  /** Undefined where an autoscaler alone says how many. */
  readonly replicas: number | undefined;
  readonly labels: Labels;
  readonly pod: IPodSpec;
  readonly container: IContainer;
}

interface Template {
  readonly metadata: { readonly labels: Labels };
  readonly spec: IPodSpec;
}

export const NAMES = Object.keys(RENDERINGS) as Rendering[];

export const textOf = (name: Rendering): string => readFileSync(fileOf(name), 'utf8');

/** As the API server reads YAML: version 1.1 knows octal numbers. */
export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Manifest);

/** All of a kind, with what the caller knows its spec to be. */
export const ofKind = <Spec>(all: readonly Manifest[], kind: string) =>
  all.filter((one) => one.kind === kind) as readonly (Manifest & { readonly spec: Spec })[];

export function workloads(all: readonly Manifest[]): Workload[] {
  return all.flatMap(({ kind, metadata: { name }, spec }) => {
    if (kind === 'Deployment') {
      const { template, replicas } = spec as { template: Template; replicas?: number };
      return [workload(kind, name, replicas, template)];
    }
    if (kind !== 'CronJob') return [];
    const { jobTemplate } = spec as { jobTemplate: { spec: { template: Template } } };
    return [workload(kind, name, undefined, jobTemplate.spec.template)];
  });
}

function workload(
  kind: string,
  name: string,
  replicas: number | undefined,
  { metadata, spec: pod }: Template,
): Workload {
  const [container, ...more] = pod.containers;
  if (container === undefined || more.length > 0) throw new Error(`${name} has not one container`);
  return { kind, name, replicas, labels: metadata.labels, pod, container };
}

/** The environment that the manifests give a container. */
export function environmentOf({ container }: Workload, all: readonly Manifest[]): Environment {
  const maps = (container.envFrom ?? []).map(({ configMapRef }) => {
    const found = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name);
    if (found === undefined) throw new Error(`no ConfigMap is called ${configMapRef?.name}`);
    return (found as unknown as IConfigMap).data ?? {};
  });
  const own = (container.env ?? []).map(({ name, value }) => [name, value] as const);
  return { ...Object.assign({}, ...maps), ...Object.fromEntries(own) };
}

/** Which key of which Secret or ConfigMap a path within the container is; null where nothing is mounted there. */
export function sourceOf(
  path: string,
  { pod, container }: Workload,
): { readonly of: string; readonly key: string } | null {
  const mount = (container.volumeMounts ?? []).find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  const volume = pod.volumes?.find(({ name }) => name === mount?.name);
  const of = volume?.secret?.secretName ?? volume?.configMap?.name;
  return mount === undefined || of === undefined ? null : { of, key: path.slice(mount.mountPath.length + 1) };
}

/** Whether labels are those that a selector wants. */
export const isSelected = (labels: Labels, wanted: Labels | undefined): boolean =>
  Object.entries(wanted ?? {}).every(([name, value]) => labels[name] === value);
