/**
 * The Event Hubs endpoint alone, as a process: what its container runs. It takes any key and asks for no password, so it
 * belongs on a network that nobody else is on.
 */
import { listenForStop } from './stack/stop.ts';

// Before anything else is loaded: a request to stop may come at any time.
const stop = listenForStop();
const { readHubs, HUBS_COMMAND } = await import('./hubs/options.ts');
const { readCommand } = await import('./stack/options.ts');

process.exit(await main());

async function main(): Promise<number> {
  const reading = readCommand(HUBS_COMMAND, process.argv.slice(2), (args) => {
    const hubs = readHubs(args);
    return 'faults' in hubs ? hubs.faults : [];
  });
  if (reading.kind === 'help') {
    process.stdout.write(reading.text);
    return 0;
  }
  if (reading.kind === 'faults') return fail(2, reading.faults);
  const options = readHubs(reading.args);
  if ('faults' in options) return fail(2, options.faults);
  if (options.check) return (await answers(options.controlPort)) ? 0 : 1;
  const { startEventHubs } = await import('./eventhubs/endpoint.ts');
  let server: Awaited<ReturnType<typeof startEventHubs>>;
  try {
    server = await startEventHubs(options);
  } catch (error) {
    return fail(3, [`The endpoint cannot start: ${(error as Error).message}`]);
  }
  const { connectionString: eventHubs, controlUrl: control } = server;
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, eventHubs, control })}\n`);
  await stop.asked;
  await server.close();
  return 0;
}

/** Whether an endpoint of this machine is there: its control port opens last. */
async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/state`, { signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

function fail(code: number, faults: readonly string[]): number {
  for (const fault of faults) process.stderr.write(`guestwatch: ${fault}\n`);
  return code;
}
