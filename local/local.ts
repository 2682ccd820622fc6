/** `npm run local`: the stack and the service on it, without traffic, to develop against. One line of JSON says where everything is. */
import { listenForStop, type Stop } from './stack/stop.ts';

// Before anything else is loaded: a request to stop may come at any time.
const stop = listenForStop();
const { StackFault } = await import('./stack/fault.ts');
const { readLocal } = await import('./stack/localOptions.ts');

// By then all is closed that can be: connections that would not end must not keep the process.
process.exit(await main(stop));

async function main(asked: Stop): Promise<number> {
  const reading = readLocal(process.argv.slice(2));
  if (reading.kind === 'help') {
    process.stdout.write(reading.text);
    return 0;
  }
  if (reading.kind === 'faults') {
    for (const fault of reading.faults) process.stderr.write(`guestwatch: ${fault}\n`);
    return 2;
  }
  const { runLocal } = await import('./stack/local.ts');
  try {
    return await runLocal(reading.options, asked);
  } catch (error) {
    if (!(error instanceof StackFault)) throw error;
    process.stderr.write(`guestwatch: ${error.message}\n`);
    return error.exitCode;
  }
}
