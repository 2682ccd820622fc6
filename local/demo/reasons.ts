/** Why the rule as written and what it means differ on a finding, in plain words. */
import type { EvidenceItem, Finding } from './answers.ts';

type Explain = (finding: Finding, item: EvidenceItem | undefined) => string;

const REASONS: Readonly<Record<string, Explain>> = {
  object_id: ({ actorUpn }, item) =>
    `The sign-in log says ${signInName(item)}, the audit log ${actorUpn}, and the rule compares the names. The object id is the same in both.`,
  ext_upn: ({ actorUpn }, item) =>
    `The sign-in log says ${signInName(item)}, the audit log ${actorUpn}, and the rule compares the names. There are no object ids, but both names, read back to the one at home, are the same.`,
  no_upn: ({ actorObjectId }) =>
    `The audit record has no user name, and the rule needs one. It has the object id ${actorObjectId}, which is that of the one who signed in.`,
  operation_spelling: (_, item) =>
    `The log spells the operation “${item?.operation.operation ?? ''}”, with a long dash and a space at its end, and the rule knows only another spelling.`,
  no_targets: () => 'The audit record lists no targets, and the rule drops such records.',
  outbound_guest: () =>
    'This is a member here who was a guest in another tenant: that sign-in stands in our log as well, and the rule takes it for one of a guest of ours.',
  other_object: () =>
    'The guest who signed in under this name has another object id: the name was given to someone else in between.',
  extra_operation: () => 'The rule does not list this operation; our own list does.',
};

const signInName = (item: EvidenceItem | undefined): string => item?.signIns.at(-1)?.upn ?? 'another name';

/** One sentence or two for each reason; a code that is new here stands for itself. */
export function reasons(finding: Finding, item: EvidenceItem | undefined): string {
  // No name is the stronger form of another name.
  const codes = finding.reasonCodes.filter((code, _, all) => code !== 'object_id' || !all.includes('no_upn'));
  const known = codes.map((code) =>
    Object.hasOwn(REASONS, code) ? REASONS[code]!(finding, item) : `Reason: ${code}.`,
  );
  return known.join(' ');
}
