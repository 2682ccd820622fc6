// Has Entra ID write its logs to the hubs: a setting of the tenant, not of a subscription. Whoever deploys it is Security
// Administrator there, and may read the keys of the rule.
targetScope = 'tenant'

@description('`diagnosticsRuleId` of main.bicep.')
param diagnosticsRuleId string

@description('One hub for everything. Empty: one for each category, by the names that Azure gives them.')
param hub string = ''

param name string = 'guestwatch'

resource setting 'microsoft.aadiam/diagnosticSettings@2017-04-01' = {
  name: name
  properties: {
    eventHubAuthorizationRuleId: diagnosticsRuleId
    eventHubName: hub == '' ? null : hub
    // Further categories cost and are not read, but for NonInteractiveUserSignInLogs with NON_INTERACTIVE_NEAR_MISSES.
    logs: [
      { category: 'SignInLogs', enabled: true }
      { category: 'AuditLogs', enabled: true }
    ]
  }
}
