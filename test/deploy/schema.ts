/** Whether objects are as Kubernetes, KEDA and the Prometheus operator describe them: by the makers' schemas, read in two ways. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Manifest } from './rendered.ts';

/** Where the classes and types of an API lie, made out of the published schemas. */
function packageOf(apiVersion: string): string {
  if (apiVersion.startsWith('keda.sh/')) return `@kubernetes-models/keda/${apiVersion}`;
  if (apiVersion.startsWith('monitoring.coreos.com/')) return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

/** What is wrong with the values: what is missing, of another type, or not one of those that there are. */
export async function valueFaults(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest;
  const models = (await import(packageOf(apiVersion)).catch(() => ({}))) as Record<
    string,
    new (
      data: Manifest,
    ) => { validate(): void }
  >;
  const Model = models[kind];
  if (Model === undefined) return [`${apiVersion} has no ${kind}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${kind} ${manifest.metadata.name}: ${(error as Error).message}`];
  }
}

/**
 * What the schemas do not know by name. Their validators let unknown fields pass, and so would a server that is asked leniently; the
 * compiler does not, of a literal of their type.
 */
export function nameFaults(manifests: readonly Manifest[]): string[] {
  const file = fileURLToPath(new URL('manifests.literal.ts', import.meta.url));
  const text = manifests
    .map(
      ({ apiVersion, kind, ...rest }, index) =>
        `export const n${index}: import('${packageOf(apiVersion)}').I${kind} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
    )
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...more) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...more);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  const program = ts.createProgram([file], options, host);
  return [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()].map(
    ({ start = 0, messageText }) => {
      const manifest = manifests[text.slice(0, start).split('\n').length - 1];
      return `${manifest?.kind} ${manifest?.metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ').slice(0, 300)}`;
    },
  );
}
