// Everything that guestwatch needs of Azure, in one resource group: Event Hubs, checkpoints, Redis, and identities that may do
// what each has to and no more. docs/azure.md says how to deploy it, and does the same by hand.
targetScope = 'resourceGroup'

@description('What names begin with; those that must be unique in the world get a suffix.')
@minLength(3)
@maxLength(20)
param name string = 'guestwatch'

param location string = resourceGroup().location

@description('The hubs that logs come in by: what Entra ID calls them by itself, or one for everything (EVENTHUB_NAMES).')
param hubs string[] = [
  'insights-logs-signinlogs'
  'insights-logs-auditlogs'
]

@description('Of each hub; it cannot be changed later. As many consumers can share the work.')
@minValue(1)
@maxValue(32)
param partitionCount int = 4

@description('How far back the hubs reach. What was not read by then is lost, so this is how long an outage may last.')
@minValue(48)
@maxValue(168)
param retentionHours int = 168

@description('EVENTHUB_CONSUMER_GROUP')
param consumerGroup string = 'guestwatch'

@description('CHECKPOINT_CONTAINER')
param checkpointContainer string = 'guestwatch-checkpoints'

@description('A hub that findings are sent to (FINDINGS_EVENTHUB_NAME); empty for none.')
param findingsHub string = ''

@description('The size of Redis, by its memory: docs/azure.md.')
param redisSku string = 'Balanced_B3'

@description('AKS: its OIDC issuer (az aks show --query oidcIssuerProfile.issuerUrl). Empty where it runs elsewhere.')
param aksOidcIssuer string = ''

@description('AKS: the service account of the service, as NAMESPACE:NAME.')
param serviceAccount string = 'guestwatch:guestwatch'

@description('AKS: the service account of KEDA; as an add-on it is in kube-system, else usually in keda.')
param kedaServiceAccount string = 'kube-system:keda-operator'

@description('Container Apps instead of AKS: the image, with its digest. Empty for none.')
param containerAppsImage string = ''

@description('Container Apps: the file of API keys, as `guestwatch keys new` gives its lines.')
@secure()
param apiKeys string = ''

@description('Container Apps: the file of webhooks.')
@secure()
param webhooks string = '[]'

var suffix = uniqueString(resourceGroup().id)

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: name
    location: location
    aksOidcIssuer: aksOidcIssuer
    serviceAccount: serviceAccount
    kedaServiceAccount: kedaServiceAccount
  }
}

module events 'modules/events.bicep' = {
  name: 'events'
  params: {
    name: '${name}-${suffix}'
    location: location
    hubs: hubs
    partitionCount: partitionCount
    retentionHours: retentionHours
    consumerGroup: consumerGroup
    findingsHub: findingsHub
    servicePrincipalId: identity.outputs.principalId
    scalerPrincipalId: identity.outputs.scalerPrincipalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: take('gw${suffix}${replace(name, '-', '')}', 24)
    location: location
    container: checkpointContainer
    servicePrincipalId: identity.outputs.principalId
    scalerPrincipalId: identity.outputs.scalerPrincipalId
  }
}

module redis 'modules/redis.bicep' = {
  name: 'redis'
  params: {
    name: '${name}-${suffix}'
    location: location
    sku: redisSku
    servicePrincipalId: identity.outputs.principalId
  }
}

module containerApps 'modules/containerApps.bicep' = if (containerAppsImage != '') {
  name: 'containerApps'
  params: {
    name: name
    location: location
    image: containerAppsImage
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    namespace: events.outputs.namespace
    hubs: hubs
    consumerGroup: consumerGroup
    storageAccount: storage.outputs.account
    storageUrl: storage.outputs.url
    checkpointContainer: checkpointContainer
    redisUrl: redis.outputs.url
    findingsHub: findingsHub
    partitionCount: partitionCount
    apiKeys: apiKeys
    webhooks: webhooks
  }
}

// Under the names of the settings, for settings.env of the overlay.
output EVENTHUB_NAMESPACE string = '${events.outputs.namespace}.servicebus.windows.net'
output EVENTHUB_NAMES string = join(hubs, ',')
output EVENTHUB_CONSUMER_GROUP string = consumerGroup
output CHECKPOINT_STORAGE_URL string = storage.outputs.url
output CHECKPOINT_CONTAINER string = checkpointContainer
output REDIS_URL string = redis.outputs.url
output clientId string = identity.outputs.clientId
output scalerClientId string = identity.outputs.scalerClientId
// For entra.bicep.
output diagnosticsRuleId string = events.outputs.diagnosticsRuleId
