/** What the rule and its rows look like from outside. */
import { Type } from 'typebox';
import { SEVERITIES, VIEWS } from './finding.ts';
import * as w from './words.ts';

export const Rule = w.shape('Rule', 'The rule in force.', {
  id: w.text('Id of the rule.', 'bb135137-8f33-45b0-8d0f-78437f79d558'),
  name: w.text('Its name.', 'Guest account initiating privileged Entra ID operation'),
  description: w.text('What it looks for.', 'A guest account that has signed in within the last day …'),
  version: w.text('Its version.', '1.0.0'),
  severity: w.choice(SEVERITIES, 'Severity of its findings.'),
  tactics: w.texts('MITRE ATT&CK tactics.', ['Persistence', 'PrivilegeEscalation']),
  techniques: w.texts('MITRE ATT&CK techniques.', ['T1098.001', 'T1098.003', 'T1078.004']),
  window: w.text('How far apart a sign-in and an operation may lie, as an ISO 8601 duration.', 'PT24H'),
  windowMs: w.count('The same in milliseconds.', 86_400_000),
  operations: w.shape('RuleOperations', 'Names of the operations that count, per view.', {
    strict: w.texts('Compared ignoring ASCII case and nothing else.', ['Add member to role.', 'Add member to role']),
    resolved: w.texts('Compared with spelling set aside; additions of the configuration included.', [
      'add member to role',
    ]),
  }),
  kql: w.text('The query that the strict view is equal to.', 'let timeframe = 1d; …'),
  ruleHash: w.text('Names the wording of the rule; every finding carries it.', '0f3a9c1d2b4e5f60'),
});

export const RuleRow = w.shape('RuleRow', "One row of the rule, under the rule's own column names.", {
  ActorUpn: w.text("The actor's UPN, lower case.", 'ann@partner.com'),
  AccountName: w.text("The UPN's part before `@`.", 'ann'),
  AccountUPNSuffix: w.text("The UPN's part after `@`.", 'partner.com'),
  ActorIp: w.text('Address that the operations came from, as written.', '203.0.113.7'),
  LastSignIn: w.time("The guest's newest sign-in in the window."),
  SignInIp: w.text('Address of that sign-in.', '198.51.100.4'),
  FirstSeen: w.time('First operation in the window.'),
  LastSeen: w.time('Last operation in the window.'),
  Operations: w.texts('Distinct operation names as written, sorted.', ['Add member to role']),
  Targets: w.texts('Distinct target names, sorted.', ['Global Administrator']),
  EventCount: w.count('Number of distinct correlation ids.', 1),
});

export const RuleRows = w.shape('RuleRows', "The rule's rows at a moment.", {
  at: w.time("The moment: the rule's window ends there."),
  view: w.choice(VIEWS, 'The view that the rows are made for.'),
  tenantId: w.text('The tenant that the rows are of.', '3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11'),
  complete: Type.Boolean({
    description: 'True when every record of the window was read. False: rows may be missing; `/v1/coverage` says why.',
    examples: [true],
  }),
  rows: w.listOf(RuleRow, 'Newest `FirstSeen` first, then `ActorUpn`, `ActorIp`.'),
});
