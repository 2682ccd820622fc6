/** The first file to run on a fresh machine: asks whether this Node will do, then hands on. It must parse on a Node that will not. */
import { readFileSync } from 'node:fs';
import { nodeFault } from './launcher/decide.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const fault = nodeFault(process.versions.node, manifest.engines.node);
if (fault === null) {
  import('./launcher/commands.js').then(({ launch }) => launch(process.argv.slice(2)));
} else {
  console.error(fault);
  process.exitCode = 3;
}
