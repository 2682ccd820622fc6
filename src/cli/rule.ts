/** The command `rule`: which rule is in force and which one the settings name, and the switch from the one to the other. */
import { type Config, readConfig, StartFault } from '../config.ts';
import { BUILT_IN_RULE, nameTable, normaliseName, type Rule, ruleHash } from '../detection/rule.ts';
import { formatTicks, TICKS_PER_HOUR, ticksOfMs } from '../detection/time.ts';
import type { Adoption, InForce } from '../service/adoption.ts';
import { type Arguments, suggestion } from './arguments.ts';
import { EXIT, type Io, sayFaults } from './io.ts';

const ACTIONS = ['show', 'adopt'] as const;
type Action = (typeof ACTIONS)[number];

/** Opens what knows the rule in Redis. */
export type OpenAdoption = (config: Config, now: () => number) => Adoption;

const openLater = async (): Promise<OpenAdoption> => (await import('../service/adoption.ts')).openAdoption;

export async function rule(args: Arguments, io: Io, open?: OpenAdoption): Promise<number> {
  const { action, faults } = readAction(args);
  // Neither hubs nor storage are asked for: no role is to run.
  const settings = readConfig(io.env, { roles: [] });
  const all = [...faults, ...('problems' in settings ? settings.problems.map(({ message }) => message) : [])];
  if (all.length > 0 || 'problems' in settings || action === null) {
    sayFaults(io, all);
    return EXIT.fault;
  }
  const { config } = settings;
  const adoption = (open ?? (await openLater()))(config, () => io.now());
  try {
    return action === 'show' ? await show(config, adoption, io) : await adopt(config, adoption, io);
  } finally {
    await adoption.close();
  }
}

function readAction({ faults, positionals }: Arguments): { action: Action | null; faults: string[] } {
  const all = [...faults];
  const [written, ...more] = positionals;
  const action = ACTIONS.find((known) => known === written) ?? null;
  if (written === undefined) all.push(`rule needs a word: ${ACTIONS.join(' or ')}.`);
  else if (action === null) all.push(`rule ${written} is unknown.${suggestion(written, ACTIONS, 'rule ')}`);
  if (more.length > 0) all.push(`rule ${action ?? '…'} takes no arguments.`);
  return { action, faults: all };
}

async function show(config: Config, adoption: Adoption, io: Io): Promise<number> {
  const own = config.rule;
  let stands: InForce | null = null;
  let away: string | null = null;
  try {
    stands = await adoption.inForce();
  } catch (error) {
    away = faultOf(error).message;
  }
  const lines =
    away !== null
      ? [`In force: not known. ${away}`]
      : stands === null
        ? ['In force: none yet. The first service that starts puts its own in force.']
        : [
            `In force since ${timeOf(stands)}:`,
            ...(stands.rule === null ? [`  hash ${stands.hash}`] : told(stands.rule)),
          ];
  lines.push('', `${nameOf(io)}:`, ...told(own), '');
  if (stands === null) lines.pop();
  else if (stands.hash === ruleHash(own)) lines.push('They are the same.');
  else lines.push('They differ:', ...difference(stands, own), '', '`guestwatch rule adopt` puts the second in force.');
  io.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.good;
}

async function adopt(config: Config, adoption: Adoption, io: Io): Promise<number> {
  try {
    const before = await adoption.inForce();
    const after = await adoption.adopt();
    io.stdout.write(`${adopted(before, after, config.rule, io).join('\n')}\n`);
    return EXIT.good;
  } catch (error) {
    const fault = faultOf(error);
    sayFaults(io, [fault.message]);
    return fault.kind === 'settings' ? EXIT.fault : EXIT.unreachable;
  }
}

function adopted(before: InForce | null, after: InForce, own: Rule, io: Io): string[] {
  if (before?.hash === after.hash)
    return [`${nameOf(io)} is in force already, since ${timeOf(after)}: nothing changes.`];
  return [
    ...(before === null ? ['No rule was in force.', ...told(own)] : difference(before, own)),
    '',
    `${nameOf(io)} is in force since ${timeOf(after)}, for what is received from now on.`,
    'Services that have it begin within seconds. Those that have another write nothing more and are not ready',
    '(`rule_not_adopted`): start them anew with it. What they had read and not written yet is read again by the others.',
  ];
}

function faultOf(error: unknown): StartFault {
  if (error instanceof StartFault) return error;
  throw error;
}

const nameOf = ({ env }: Io): string => {
  const path = env['RULE_FILE']?.trim();
  return path ? `The rule of RULE_FILE (${path})` : 'The built-in rule (RULE_FILE is not set)';
};

const timeOf = ({ since }: InForce): string => formatTicks(ticksOfMs(since));
const windowOf = ({ window }: Rule): string => `${window / TICKS_PER_HOUR}h`;

/** A rule as it is told to people. */
function told(rule: Rule): string[] {
  return [
    `  hash        ${ruleHash(rule)}`,
    `  severity    ${rule.severity}`,
    `  window      ${windowOf(rule)}`,
    `  operations  ${rule.operations.length} of the query (${nameTable(BUILT_IN_RULE).resolved.length} but for their spelling), ${rule.extraOperations.length} added`,
    ...rule.extraOperations.map((name) => `    + ${name}`),
  ];
}

/** What a rule changes of the one in force. */
function difference(stands: InForce, own: Rule): string[] {
  const { rule: from, hash } = stands;
  const lines = [`  hash      ${hash} -> ${ruleHash(own)}`];
  if (from === null) return [...lines, '  (of the rule in force only the hash is known)'];
  if (from.severity !== own.severity) lines.push(`  severity  ${from.severity} -> ${own.severity}`);
  if (from.window !== own.window) lines.push(`  window    ${windowOf(from)} -> ${windowOf(own)}`);
  if (from.version !== own.version) lines.push(`  version   ${from.version} -> ${own.version}`);
  const names = (rule: Rule) => [...rule.operations, ...rule.extraOperations];
  const without = (a: Rule, b: Rule): string[] => {
    const known = new Set(names(b).map(normaliseName));
    return names(a).filter((name) => !known.has(normaliseName(name)));
  };
  return [
    ...lines,
    ...without(own, from).map((name) => `  + ${name}`),
    ...without(from, own).map((name) => `  - ${name}`),
  ];
}
