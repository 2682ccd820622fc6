/** From the command line to a command: help, version, and what to say when there is no such command. */
import { version } from '../version.ts';
import { readArguments, suggestion } from './arguments.ts';
import { COMMANDS, commandHelp, generalHelp } from './commands.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

/** Runs what the arguments (without program and script) ask for; resolves with the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    io.stderr.write(generalHelp());
    return EXIT.fault;
  }
  if (['--help', '-h', 'help'].includes(name)) return say(io, generalHelp());
  if (['--version', '-v', '-V', 'version'].includes(name)) return say(io, `${version()}\n`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const hint = suggestion(name, Object.keys(COMMANDS));
    sayFaults(io, [`There is no command ${name}.${hint} guestwatch --help lists what there is.`]);
    return EXIT.fault;
  }
  const args = readArguments(
    rest.map((word) => (word === '-h' ? '--help' : word)),
    command.flags,
  );
  if (args.flags.has('help')) return say(io, commandHelp(command));
  if (args.flags.has('version')) return say(io, `${version()}\n`);
  const runCommand = await command.load();
  return runCommand(args, io);
}

function say(io: Io, text: string): number {
  io.stdout.write(text);
  return EXIT.good;
}
