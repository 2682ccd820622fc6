/** Reads the environment by the table of settings: values, files in place of secrets, and names that are nearly one of ours. */
import { nearest } from '../nearest.ts';
import { SETTINGS, type Setting, type SettingName, type ValueOf } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Gives the text of a file; throws as `node:fs` does. */
export type ReadFile = (path: string) => string;

/** One fault: the variable at fault and a whole sentence on the mend, without any value in it. */
export interface Problem {
  readonly name: string;
  readonly message: string;
}

/** A setting's value: the default's where it is not set, undefined where it has none or is at fault. */
export type Values = { readonly [Name in SettingName]: ValueOf<Name> | undefined };

const LETTERS_MAX = 2;
/** A file of secrets that is longer is the wrong file. */
const SECRET_FILE_LENGTH_MAX = 65_536;

/** Text that is set: an empty variable is how a container's manifest says "not set". */
function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  // A Service called "api" makes Kubernetes set API_PORT=tcp://…, which was never meant as this setting.
  return text === '' || text === undefined || isInjected(name, text) ? undefined : text;
}

/** Whether a variable is one of those that Kubernetes sets for every Service of a namespace. */
function isInjected(name: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT(_.*)?)$/.test(name)) return true;
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text);
}

/** The file that a setting is read from, if it is. */
export function fileOf(name: SettingName, env: Environment): string | null {
  return SETTINGS[name].file ? (textOf(env, `${name}_FILE`) ?? null) : null;
}

/** What the file of a setting holds now. */
export const readFileAgain = <Name extends SettingName>(name: Name, path: string, readFile: ReadFile) =>
  readSetting(name, { [`${name}_FILE`]: path }, readFile);

/** One setting's value by name, with what is wrong with it. */
export function readSetting<Name extends SettingName>(
  name: Name,
  env: Environment,
  readFile: ReadFile,
): { value: ValueOf<Name> | undefined; problems: Problem[] } {
  const { parse, default: byDefault, file } = SETTINGS[name] as Setting<ValueOf<Name>>;
  const problem = (message: string) => ({ value: undefined, problems: [{ name, message }] });
  const fileName = `${name}_FILE`;
  const path = file ? textOf(env, fileName) : undefined;
  let text = textOf(env, name);
  if (path !== undefined) {
    if (text !== undefined) return problem(`${name} and ${fileName} are both set: keep one of them.`);
    const read = readSecret(path, readFile);
    if ('mend' in read)
      return { value: undefined, problems: [{ name: fileName, message: `${fileName} ${read.mend}.` }] };
    text = read.value;
  }
  text ??= byDefault ?? undefined;
  if (text === undefined) return { value: undefined, problems: [] };
  const parsed = parse(text);
  if ('value' in parsed) return { value: parsed.value, problems: [] };
  const where = path === undefined ? name : `${name} (read from the file that ${fileName} names)`;
  return problem(`${where} ${parsed.mend}.`);
}

function readSecret(path: string, readFile: ReadFile): { value: string } | { mend: string } {
  try {
    // Editors and `echo` leave a line end behind, which is no part of a secret.
    const value = readFile(path)
      .replace(/^\uFEFF/, '')
      .trim();
    if (value === '') return { mend: 'names an empty file: write the value into it' };
    if (value.length > SECRET_FILE_LENGTH_MAX) return { mend: 'names a file that is too long for one value' };
    return { value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { mend: `names a file that cannot be read${code}: check the path and who may read it` };
  }
}

/** All settings at once, with all that is wrong with them, also with names that are nearly one. */
export function readSettings(env: Environment, readFile: ReadFile): { values: Values; problems: Problem[] } {
  const read = (Object.keys(SETTINGS) as SettingName[]).map(
    (name) => [name, readSetting(name, env, readFile)] as const,
  );
  return {
    values: Object.fromEntries(read.map(([name, { value }]) => [name, value])) as unknown as Values,
    problems: [...read.flatMap(([, { problems }]) => problems), ...nearlyKnown(env)],
  };
}

/** Every name that means something, with the `_FILE` forms. */
export function knownNames(): string[] {
  return Object.entries(SETTINGS).flatMap(([name, { file }]) => (file ? [name, `${name}_FILE`] : [name]));
}

function nearlyKnown(env: Environment): Problem[] {
  const known = knownNames();
  const exact = new Set(known);
  return Object.entries(env).flatMap(([name, text = '']) => {
    if (exact.has(name) || name.startsWith('OTEL_') || isInjected(name, text)) return [];
    const meant = nearest(name.toUpperCase(), known, LETTERS_MAX);
    if (meant === undefined) return [];
    return [
      {
        name,
        message: `${name} is not a setting; ${meant} is: correct the name, or unset it if it is meant for another program.`,
      },
    ];
  });
}
