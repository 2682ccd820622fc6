/** `npm run manifests`: renders the Kubernetes manifests by kustomize, so that what a cluster would get is tested, and seen in a review. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helpCode } from '../help.ts';
import { prometheusRuleText, RULE_FILE } from './alerts.ts';
import { fileOf, folderOf, RENDERINGS, type Rendering, renderedText } from './manifests.ts';

const USAGE = `npm run manifests

Makes the PrometheusRule out of deploy/prometheus/alerts.yaml, and renders deploy/kubernetes into test/deploy/rendered, by \`kustomize\` 5 or the one within \`kubectl\` 1.27 or newer.`;

/** Whichever is there; that within kubectl is asked like kustomize itself. */
const RENDERERS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

function main(args: readonly string[]): number {
  const told = helpCode(args, USAGE);
  if (told !== null) return told;
  const found = RENDERERS.find(([program]) => spawnSync(program, ['version', '--help']).error === undefined);
  if (found === undefined) return fail(3, 'Neither kustomize nor kubectl is on the path: install one of them.');
  // First: the renderings are made of it, too.
  writeFileSync(RULE_FILE, prometheusRuleText());
  const rendered: [Rendering, string][] = [];
  for (const name of Object.keys(RENDERINGS) as Rendering[]) {
    const [program, verb] = found;
    const { status, stdout, stderr } = spawnSync(program, [verb, fileURLToPath(folderOf(name))], { encoding: 'utf8' });
    if (status !== 0) return fail(1, `${name}: ${stderr.trim()}`, 'No rendering is written.');
    rendered.push([name, stdout]);
  }
  for (const [name, yaml] of rendered) {
    mkdirSync(new URL('.', fileOf(name)), { recursive: true });
    writeFileSync(fileOf(name), renderedText(yaml));
  }
  return 0;
}

function fail(code: number, ...lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return code;
}

process.exitCode = main(process.argv.slice(2));
