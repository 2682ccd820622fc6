/** `npm run sample`: sends the scenes of the sample traffic to the hubs of any namespace, such as one in a container, and ends. */
import { readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { readSetting } from '../src/config/environment.ts';
import { listenForStop } from './stack/stop.ts';

const stop = listenForStop();
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const { readCommand } = await import('./stack/options.ts');
  const command = {
    usage: 'npm run sample',
    about: [
      'Sends some guests who sign in and do something privileged, each as real logs tell it, to the two hubs of Entra in the',
      'namespace that EVENTHUB_CONNECTION_STRING leads to.',
    ],
    flags: {},
  };
  const reading = readCommand(command, args, () => []);
  if (reading.kind === 'help') {
    process.stdout.write(reading.text);
    return 0;
  }
  const name = 'EVENTHUB_CONNECTION_STRING';
  const { value, problems } = readSetting(name, process.env, (path) => readFileSync(path, 'utf8'));
  const faults = [...(reading.kind === 'faults' ? reading.faults : []), ...problems.map(({ message }) => message)];
  if (value === undefined && faults.length === 0) faults.push(`${name} is not set: set it to where the hubs are.`);
  if (value === undefined || faults.length > 0) return fail(2, ...faults);
  const { scenes } = await import('./demo/scenes.ts');
  const { openSender } = await import('./demo/send.ts');
  const sender = openSender(value, devNull, stop.signal);
  try {
    for (const { sendings } of scenes(Date.now())) await sender.send(sendings);
  } catch (error) {
    if (stop.signal.aborted) return 0;
    return fail(3, `The hubs cannot be sent to: ${(error as Error).message}`);
  } finally {
    await sender.close();
  }
  const { records, events } = sender.sent;
  process.stdout.write(`sent ${records} records in ${events} events\n`);
  return 0;
}

function fail(code: number, ...faults: readonly string[]): number {
  for (const fault of faults) process.stderr.write(`guestwatch: ${fault}\n`);
  return code;
}
