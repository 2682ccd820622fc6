/** The command `npm run soak`: two services under load for as long as one likes, and a page of figures. */
import { Servers } from '../faults/world.ts';
import { progressOf, tableOf } from './figures.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { soak } from './soak.ts';

async function main({ json, ...options }: Options): Promise<number> {
  const beside = json ? process.stderr : process.stdout;
  const interrupted = new AbortController();
  // A second one ends the process, and with it all that it has started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const servers = new Servers();
  try {
    const report = await soak(servers, {
      ...options,
      signal: interrupted.signal,
      onProgress: (so) => void beside.write(`${progressOf(so)}\n`),
    });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `\n${tableOf(report)}\n`);
    return report.broken === null ? 0 : 1;
  } finally {
    await servers.discard();
  }
}

const asked = readOptions(process.argv.slice(2));
if ('help' in asked) {
  process.stdout.write(asked.help);
} else if ('fault' in asked) {
  process.stderr.write(`${asked.fault}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(asked.options);
}
