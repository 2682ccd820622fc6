/** Runs the service until it is asked to stop: settings in, signals heard, exit code out. */

import { type Logger, pino } from 'pino';
import { type Config, ROLES, type Role, readConfig, StartFault } from '../config.ts';
import { log, withEvent } from '../log.ts';
import { type Arguments, suggestion } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** A service that has started. */
export interface RunningService {
  /** Resolves once it is ready; rejects with a StartFault where it finds that it can never be. */
  readonly ready: Promise<void>;
  /** Null where the role `api` was not asked for. */
  readonly apiUrl: string | null;
  readonly opsUrl: string;
  readonly reader: string;
  /** Closes everything in order. */
  close(): Promise<void>;
}

/** Rejects with a StartFault where the one who runs it can mend what is wrong. */
export type StartService = (
  config: Config,
  options: { readonly roles: readonly Role[]; readonly logger: Logger },
) => Promise<RunningService>;

const startService: StartService = async (config, options) =>
  (await import('../service.ts')).startService(config, options);

export async function serve(args: Arguments, io: Io, start: StartService = startService): Promise<number> {
  const { roles, faults } = readRoles(args);
  const settings = readConfig(io.env, { roles });
  const all = [...faults, ...('problems' in settings ? settings.problems.map(({ message }) => message) : [])];
  if (all.length > 0 || 'problems' in settings) {
    sayFaults(io, all);
    return EXIT.fault;
  }
  const { config } = settings;
  const logger = pino(
    {
      ...{ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      formatters: { log: withEvent },
    },
    io.stderr,
  );
  // Something that nobody caught leaves the state unknown: the next start makes good what was left undone.
  io.onUncaught((error) => {
    log(logger, 'program_fault', { err: error });
    io.exit(EXIT.no);
  });
  // Connections that would not close must not keep the process.
  return io.exit(await runService(start, config, roles, logger, io));
}

function readRoles({ flags, positionals, faults }: Arguments): { roles: readonly Role[]; faults: string[] } {
  const all = [...faults];
  if (positionals.length > 0) all.push('serve takes no arguments besides its flags.');
  const text = flags.get('roles');
  if (text === undefined) return { roles: ROLES, faults: all };
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!isRole(name)) all.push(`--roles takes ${ROLES.join(', ')}, not '${name}'.${suggestion(name, ROLES)}`);
  }
  return { roles: ROLES.filter((role) => names.includes(role)), faults: all };
}

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

async function runService(
  start: StartService,
  config: Config,
  roles: readonly Role[],
  logger: Logger,
  io: Io,
): Promise<number> {
  const stop = stopAsked(io, logger);
  const starting = start(config, { roles, logger });
  try {
    const service = await Promise.race([starting, stop]);
    if (service === 'stop') return await close(starting, config, logger);
    log(logger, 'started', { roles, api: service.apiUrl, ops: service.opsUrl, reader: service.reader });
    if ((await Promise.race([service.ready, stop])) !== 'stop') {
      log(logger, 'ready');
      await stop;
    }
    return await close(starting, config, logger);
  } catch (error) {
    const fault = startFault(error);
    if (fault === null) log(logger, 'start_failed', { err: error });
    else for (const sentence of fault.faults) log(logger, 'start_refused', {}, sentence);
    await close(starting, config, logger);
    return fault === null ? EXIT.no : fault.kind === 'settings' ? EXIT.fault : EXIT.unreachable;
  }
}

/** Resolves at the first request to stop; the second ends the process at once. */
function stopAsked(io: Io, logger: Logger): Promise<'stop'> {
  return new Promise((resolve) => {
    let asked = false;
    io.onStop((signal) => {
      if (asked) {
        log(logger, 'stop_forced', { signal });
        io.exit(EXIT.no);
      }
      asked = true;
      log(logger, 'stopping', { signal });
      resolve('stop');
    });
  });
}

/** Closes what has started, within the deadline, also where the start itself is still under way. */
async function close(starting: Promise<RunningService>, config: Config, logger: Logger): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), config.shutdownDeadlineMs);
  });
  const closed = starting.then(
    (service) => service.close(),
    // What could not start has nothing to close; why is told elsewhere.
    () => undefined,
  );
  try {
    if ((await Promise.race([closed, deadline])) !== 'late') {
      log(logger, 'stopped');
      return EXIT.good;
    }
    log(logger, 'stop_late', { deadlineMs: config.shutdownDeadlineMs });
  } catch (error) {
    log(logger, 'close_failed', { err: error });
  } finally {
    clearTimeout(timer);
  }
  return EXIT.no;
}

/** A fault for the one who runs it, null for a fault of the program. */
function startFault(error: unknown): StartFault | null {
  if (error instanceof StartFault) return error;
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error) || error.syscall !== 'listen')
    return null;
  const where = 'port' in error ? `port ${String(error.port)}` : 'a port';
  return new StartFault(
    'settings',
    `${where} cannot be listened on (${String(error.code)}): set API_PORT or OPS_PORT to another one.`,
  );
}
