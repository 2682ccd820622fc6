/** For commands that take nothing but --help. */
import { parseArgs } from 'node:util';

/** The exit code of who asked for help, or for what there is not, with the usage told; null where the command is to go on. */
export function helpCode(args: readonly string[], usage: string): number | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', default: false } } });
    if (!values.help) return null;
    console.log(usage);
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    console.error(usage);
    return 2;
  }
}
