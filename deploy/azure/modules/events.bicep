// The hubs that logs come in by, who may read them, and the rule that Entra ID writes with.
param name string
param location string
param hubs string[]
param partitionCount int
param retentionHours int
param consumerGroup string
param findingsHub string
param servicePrincipalId string
param scalerPrincipalId string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var dataReceiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')
var dataSender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2b629674-e913-4c01-ae53-ef4638d8f975')

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  // Basic has neither a second consumer group nor more than a day of retention.
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 1
  }
  properties: {
    isAutoInflateEnabled: true
    maximumThroughputUnits: 4
    minimumTlsVersion: '1.2'
    // Diagnostic settings write with a key, and can do it in no other way. The service reads by its identity.
    disableLocalAuth: false
    publicNetworkAccess: 'Enabled'
  }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = [
  for one in hubs: {
    parent: namespace
    name: one
    properties: {
      partitionCount: partitionCount
      retentionDescription: {
        cleanupPolicy: 'Delete'
        retentionTimeInHours: retentionHours
      }
    }
  }
]

resource group 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = [
  for (one, i) in hubs: {
    parent: hub[i]
    name: consumerGroup
  }
]

resource reading 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, i) in hubs: {
    scope: hub[i]
    name: guid(hub[i].id, servicePrincipalId, dataReceiver)
    properties: {
      principalId: servicePrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: dataReceiver
    }
  }
]

resource looking 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, i) in hubs: {
    scope: hub[i]
    name: guid(hub[i].id, scalerPrincipalId, dataReceiver)
    properties: {
      principalId: scalerPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: dataReceiver
    }
  }
]

resource findings 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = if (findingsHub != '') {
  parent: namespace
  name: findingsHub == '' ? 'none' : findingsHub
  properties: {
    partitionCount: partitionCount
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: retentionHours
    }
  }
}

resource sending 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (findingsHub != '') {
  scope: findings
  name: guid(findings.id, servicePrincipalId, dataSender)
  properties: {
    principalId: servicePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: dataSender
  }
}

// Azure Monitor asks for all three rights, and for a rule of the namespace.
resource diagnostics 'Microsoft.EventHub/namespaces/authorizationRules@2024-01-01' = {
  parent: namespace
  name: 'entra-diagnostics'
  properties: {
    rights: ['Listen', 'Manage', 'Send']
  }
}

output namespace string = namespace.name
output diagnosticsRuleId string = diagnostics.id
