/** Known holes in what runs in production, as the registry knows them, less those that are lived with for a while. */
import type { Acceptance } from './accepted.ts';
import { runNpm, withProduction } from './lock.ts';

const GRAVE = ['high', 'critical'];
/** A registry that has not answered by then does not. */
const ANSWER_MS = 20_000;

/** As `npm audit --json` writes it, as much as is read here. */
export interface Report {
  readonly vulnerabilities: Readonly<
    Record<
      string,
      {
        readonly via: readonly (string | { readonly url: string; readonly title: string; readonly severity: string })[];
      }
    >
  >;
}

export interface Hole {
  readonly advisory: string;
  readonly packageName: string;
  readonly severity: string;
  readonly title: string;
}

export type Audit =
  | { readonly kind: 'unanswered'; readonly why: string }
  | {
      readonly kind: 'answered';
      /** Grave, and not accepted, or not any more. */
      readonly faults: readonly (Hole & { readonly acceptance: Acceptance | null })[];
      readonly accepted: readonly (Hole & { readonly acceptance: Acceptance })[];
      /** Not grave: told, and no fault. */
      readonly others: readonly Hole[];
    };

/** Asks the registry. `today` is `2027-03-01`. */
export function audit(accepted: readonly Acceptance[], today: string): Audit {
  const args = ['audit', '--package-lock-only', '--json', '--fetch-retries=0', `--fetch-timeout=${ANSWER_MS}`];
  const { stdout, stderr, error } = withProduction((folder) => runNpm([...args, '--loglevel=error'], folder));
  const answer = read(stdout);
  if (answer !== null && 'vulnerabilities' in answer) return judge(answer, accepted, today);
  return { kind: 'unanswered', why: (answer?.message ?? error?.message ?? stderr.trim()) || 'npm says nothing' };
}

function read(text: string): (Report & { readonly message?: undefined }) | { readonly message: string } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function judge(
  report: Report,
  accepted: readonly Acceptance[],
  today: string,
): Audit & { readonly kind: 'answered' } {
  const holes = holesOf(report).map((hole) => ({
    ...hole,
    acceptance: accepted.find(({ advisory }) => advisory === hole.advisory) ?? null,
  }));
  const isAccepted = (hole: { readonly acceptance: Acceptance | null }): boolean =>
    hole.acceptance !== null && today < hole.acceptance.until;
  const grave = holes.filter(({ severity }) => GRAVE.includes(severity));
  return {
    kind: 'answered',
    faults: grave.filter((hole) => !isAccepted(hole)),
    accepted: grave.flatMap((hole) => (isAccepted(hole) ? [{ ...hole, acceptance: hole.acceptance! }] : [])),
    others: holes.filter(({ severity }) => !GRAVE.includes(severity)),
  };
}

/** Each once; npm names one again at every package that leads to it. */
function holesOf({ vulnerabilities }: Report): readonly Hole[] {
  const holes = new Map<string, Hole>();
  for (const [packageName, { via }] of Object.entries(vulnerabilities))
    for (const cause of via) {
      if (typeof cause === 'string') continue;
      const advisory = cause.url.split('/').at(-1)!;
      holes.set(`${advisory} ${packageName}`, { advisory, packageName, severity: cause.severity, title: cause.title });
    }
  return [...holes.values()];
}

/** In words, a line for each thing to be known. */
export function auditLines(found: Audit): readonly string[] {
  if (found.kind === 'unanswered')
    return [`nothing is known of holes: the registry does not answer such questions (${found.why.split('\n', 1)[0]}).`];
  const words = ({ packageName, advisory, severity, title }: Hole): string =>
    `${packageName}: ${title} (${advisory}, ${severity})`;
  return [
    ...found.faults.map((hole) =>
      hole.acceptance === null
        ? `${words(hole)}: take a version without it, or say in local/packages/accepted.ts why it may wait, and until when.`
        : `${words(hole)}: was accepted until ${hole.acceptance.until}: look at it again.`,
    ),
    ...found.accepted.map(
      (hole) => `${words(hole)}: accepted until ${hole.acceptance.until}: ${hole.acceptance.reason}`,
    ),
    ...found.others.map((hole) => `${words(hole)}: not grave.`),
  ];
}

export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
