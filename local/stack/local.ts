/** What `npm run local` does: starts what the flags ask for, says where it is, and closes it again. */
import { type Stack, startStack } from '../stack.ts';
import { type DataFolder, openDataFolder } from './dataFolder.ts';
import { PREFERRED_PORTS } from './freePorts.ts';
import type { LocalOptions } from './localOptions.ts';
import { LOCAL_FOLDER } from './options.ts';
import { findingsHubOf, portOf, type ServiceProcess, startServiceProcess } from './serviceProcess.ts';
import type { Stop } from './stop.ts';

/** Runs until asked to stop; resolves with the exit code. Rejects with a StackFault where it cannot run. */
export async function runLocal(options: LocalOptions, stop: Stop): Promise<number> {
  const folder = await openDataFolder({
    path: options.dataFolder ?? `${LOCAL_FOLDER}local`,
    exactly: options.dataFolder !== null,
    partitions: options.partitions,
    clear: options.fresh,
  });
  const closers = [async () => folder.release()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    if (folder.remark !== null) say(folder.remark);
    const stack = await startStack({ folder, partitions: options.partitions, findingsHub: findingsHubOf(process.env) });
    closers.push(() => stack.close());
    const service = options.withService && !stop.signal.aborted ? await serviceOn(stack, folder, stop) : null;
    if (service !== null) closers.push(() => service.stop());
    if (!stop.signal.aborted) sayReady(stack, service);
    return await untilTheEnd(stack, service, stop);
  } catch (error) {
    // Asked to stop while it started: that something did not come about is no fault.
    if (stop.signal.aborted) return 0;
    throw error;
  } finally {
    await close();
  }
}

function serviceOn(endpoints: Stack, folder: DataFolder, { signal }: Stop): Promise<ServiceProcess> {
  const { env } = process;
  const ports = {
    api: portOf(env['API_PORT'], PREFERRED_PORTS.api),
    ops: portOf(env['OPS_PORT'], PREFERRED_PORTS.ops),
  };
  return startServiceProcess({ endpoints, folder, env, ports, log: process.stderr.fd, signal });
}

/** The line that programs read. Every field is always there; what does not run is null. */
function sayReady({ eventHubs, blob, redis, control }: Stack, service: ServiceProcess | null): void {
  const { api = null, ops = null } = service ?? {};
  const line = { ready: true, pid: process.pid, api, ops, eventHubs, blob, redis, control };
  process.stdout.on('error', () => {}); // Whoever started us may not care to read it.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** A part that ends by itself ends the whole: nobody should go on waiting for an answer of what is not there. */
async function untilTheEnd(stack: Stack, service: ServiceProcess | null, stop: Stop): Promise<number> {
  const broken = await Promise.race([
    stop.asked,
    stack.broken.then((name) => `${name} has ended`),
    ...(service === null ? [] : [service.gone.then((how) => `the service ${how}`)]),
  ]);
  if (broken === undefined) return 0;
  say(`${broken}: stopping the rest`);
  return 1;
}

const say = (text: string): void => void process.stderr.write(`guestwatch: ${text}\n`);
