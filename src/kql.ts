/** The strict view as a query, for those who want to run it themselves. */
import type { Rule } from './detection/rule.ts';
import { TICKS_PER_HOUR } from './detection/time.ts';

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** KQL over the tables SigninLogs and AuditLogs that returns what the strict view of the rule returns. */
export function kqlOf(rule: Rule): string {
  const names = rule.operations.map((name) => `    ${quoted(name)}`).join(',\n');
  return `let window = ${rule.window / TICKS_PER_HOUR}h;
let names = dynamic([
${names}
]);
let guests = SigninLogs
    | where TimeGenerated >= ago(window) and UserType =~ "Guest" and ResultType == "0"
    | extend Upn = tolower(UserPrincipalName)
    | where isnotempty(Upn)
    | summarize arg_max(TimeGenerated, IPAddress) by Upn;
AuditLogs
| where TimeGenerated >= ago(window) and OperationName in~ (names) and Result =~ "success"
| extend ActorUpn = tolower(tostring(InitiatedBy.user.userPrincipalName)), UserIp = tostring(InitiatedBy.user.ipAddress)
| extend ActorIp = iff(isnotempty(UserIp), UserIp, tostring(InitiatedBy.app.ipAddress))
| where isnotempty(ActorUpn)
| join kind=inner (guests | project Upn, LastSignIn = TimeGenerated, SignInIp = IPAddress) on $left.ActorUpn == $right.Upn
| extend Parts = split(ActorUpn, "@")
| mv-expand Target = TargetResources
| summarize FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated), Operations = make_set(OperationName),
    Targets = make_set(tostring(Target.displayName)), EventCount = dcount(CorrelationId)
    by ActorUpn, AccountName = tostring(Parts[0]), AccountUPNSuffix = tostring(Parts[1]), ActorIp, LastSignIn, SignInIp
| sort by FirstSeen desc
`;
}
