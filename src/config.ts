/** The environment becomes one frozen configuration, or the list of all that is wrong with it. */
import { readFileSync } from 'node:fs';
import { type Config, configOf, type Listener, ROLES, type Role } from './config/config.ts';
import { type Environment, type Problem, type ReadFile, readSetting, readSettings } from './config/environment.ts';
import { identityOf, isOfOthers } from './config/identity.ts';
import { authorityProblems, readProxy } from './config/outward.ts';
import { readRuleFile } from './config/ruleFile.ts';
import { isOfOtherTelemetry, telemetryProblems } from './config/telemetry.ts';
import { togetherProblems } from './config/together.ts';
import { BUILT_IN_RULE, type Rule } from './detection/rule.ts';

export {
  type CheckpointAccess,
  type Config,
  type EventHubsAccess,
  type Listener,
  ROLES,
  type Role,
} from './config/config.ts';
export { accountOf, connectionParts, namespaceOf, redisLoginOf, redisPlaceOf } from './config/connections.ts';
export { type Environment, knownNames, type Problem, type ReadFile, readFileAgain } from './config/environment.ts';
export type { Identity } from './config/identity.ts';
export { otlpHeadersOf } from './config/otlp.ts';
export { proxyFor, type WayOut } from './config/outward.ts';
export { SETTINGS, type Setting, type SettingName } from './config/settings.ts';
export { StartFault } from './config/startFault.ts';
export type { Telemetry } from './config/telemetry.ts';
export { durationMs, isLoopback } from './config/values.ts';

export interface ReadOptions {
  /** What is to run: only the consumer needs Event Hubs and storage. All roles unless said. */
  readonly roles?: readonly Role[];
  readonly readFile?: ReadFile;
}

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/** Reads all settings. Either a whole configuration or every problem at once, by variable name. */
export function readConfig(
  env: Environment,
  { roles = ROLES, readFile = readText }: ReadOptions = {},
): { readonly config: Config } | { readonly problems: readonly Problem[] } {
  const { values, problems: found } = readSettings(env, readFile);
  const isOurs = ({ name }: Problem): boolean => !isOfOthers(name, values) && !isOfOtherTelemetry(name, values, found);
  const problems = found.filter(isOurs);
  const faulty = new Set(problems.flatMap(({ name }) => [name, name.replace(/_FILE$/, '')]));
  const own = ruleIn(values.RULE_FILE, readFile);
  const rule = 'rule' in own ? own.rule : null;
  const identity = identityOf(values);
  const { proxy, problems: ofProxy } = readProxy(env);
  problems.push(...('problems' in own ? own.problems : []), ...ofProxy, ...authorityProblems(env, readFile));
  if ('problems' in identity) problems.push(...identity.problems.filter(({ name }) => !faulty.has(name)));
  const together = [...togetherProblems(values, roles, faulty, rule), ...telemetryProblems(values, readFile)];
  problems.push(...together.filter(isOurs));
  if (problems.length > 0 || rule === null || 'problems' in identity) return { problems };
  return { config: configOf(values, { env, rule, proxy, ...identity }) };
}

/** Where health is asked for: the two settings that it needs, whatever may be wrong with others. */
export function readOps(env: Environment): { readonly ops: Listener } | { readonly problems: readonly Problem[] } {
  const host = readSetting('OPS_HOST', env, readText);
  const port = readSetting('OPS_PORT', env, readText);
  const problems = [...host.problems, ...port.problems];
  return problems.length > 0 ? { problems } : { ops: { host: host.value!, port: port.value! } };
}

/** The rule alone, for what is asked of it without a service. */
export function readRule(
  env: Environment,
  readFile: ReadFile = readText,
): { readonly rule: Rule } | { readonly problems: readonly Problem[] } {
  return ruleIn(readSetting('RULE_FILE', env, readFile).value, readFile);
}

function ruleIn(
  path: string | undefined,
  readFile: ReadFile,
): { readonly rule: Rule } | { readonly problems: readonly Problem[] } {
  if (path === undefined) return { rule: BUILT_IN_RULE };
  const problem = (message: string): Problem => ({ name: 'RULE_FILE', message: `RULE_FILE${message}` });
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { problems: [problem(` names a file that cannot be read${code}: check the path and who may read it.`)] };
  }
  const read = readRuleFile(text);
  return 'rule' in read ? read : { problems: read.faults.map((fault) => problem(`: ${fault}`)) };
}
