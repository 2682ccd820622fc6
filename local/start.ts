/** `npm start`: everything on this machine, with sample traffic, told as it happens until Ctrl-C. */
import { listenForStop, type Stop } from './stack/stop.ts';

// Before anything else is loaded: a request to stop may come at any time.
const stop = listenForStop();
const { StackFault } = await import('./stack/fault.ts');
const { readCommand } = await import('./stack/options.ts');
const { createTerminal } = await import('./demo/terminal.ts');

// By then all is closed that can be: connections that would not end must not keep the process.
process.exit(await main(stop));

async function main(asked: Stop): Promise<number> {
  const reading = readCommand(
    {
      usage: 'npm start [-- FLAGS]',
      about: [
        'Starts an Event Hubs endpoint, blob storage (Azurite), Redis and the service on this machine, sends sample',
        'traffic, and tells each finding as it is raised. Ctrl-C ends all of it. API_PORT and OPS_PORT say where to listen.',
      ],
      flags: {
        data: {
          value: 'FOLDER',
          about: 'where the data lie, cleared first (.local/start of the checkout, or the next one that is not in use)',
        },
      },
    },
    process.argv.slice(2),
    () => [],
  );
  if (reading.kind === 'help') {
    process.stdout.write(reading.text);
    return 0;
  }
  if (reading.kind === 'faults') {
    for (const fault of reading.faults) process.stderr.write(`guestwatch: ${fault}\n`);
    return 2;
  }
  // Whoever read along has gone: nobody is left to tell anything to.
  process.stdout.on('error', () => asked.ask());
  const { runStart } = await import('./demo/run.ts');
  try {
    const dataFolder = reading.args.flags.get('data') ?? null;
    return await runStart({ dataFolder }, createTerminal(process.stdout, process.env), asked);
  } catch (error) {
    if (!(error instanceof StackFault)) throw error;
    process.stderr.write(`guestwatch: ${error.message}\n`);
    return error.exitCode;
  }
}
