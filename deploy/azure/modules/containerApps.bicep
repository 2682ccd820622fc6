// The three roles as Container Apps, for those who run no Kubernetes. The same as deploy/kubernetes says, as far as the platform
// goes: it has no disruption budgets and no network policies of one's own.
param name string
param location string
param image string
param identityId string
param clientId string
param namespace string
param hubs string[]
param consumerGroup string
param storageAccount string
param storageUrl string
param checkpointContainer string
param redisUrl string
param findingsHub string
param partitionCount int
@secure()
param apiKeys string
@secure()
param webhooks string

var settings = [
  { name: 'EVENTHUB_NAMESPACE', value: '${namespace}.servicebus.windows.net' }
  { name: 'EVENTHUB_NAMES', value: join(hubs, ',') }
  { name: 'EVENTHUB_CONSUMER_GROUP', value: consumerGroup }
  { name: 'CHECKPOINT_STORAGE_URL', value: storageUrl }
  { name: 'CHECKPOINT_CONTAINER', value: checkpointContainer }
  { name: 'REDIS_URL', value: redisUrl }
  { name: 'REDIS_ENTRA', value: 'on' }
  { name: 'AZURE_CLIENT_ID', value: clientId }
  // terminationGracePeriodSeconds below is longer.
  { name: 'SHUTDOWN_DEADLINE', value: '25s' }
  { name: 'OPS_HOST', value: '0.0.0.0' }
  { name: 'OPS_PORT', value: '9464' }
]

// Empty is how a setting is left out.
var delivering = [
  { name: 'FINDINGS_EVENTHUB_NAME', value: findingsHub }
  { name: 'WEBHOOKS_FILE', value: '/etc/guestwatch/webhooks.yaml' }
]

var answering = [
  { name: 'API_HOST', value: '0.0.0.0' }
  { name: 'API_PORT', value: '8080' }
  { name: 'API_KEYS_FILE', value: '/etc/guestwatch/keys.yaml' }
  // The ingress serves TLS, and says who the caller is.
  { name: 'TRUST_PROXY', value: 'on' }
]

var roles = [
  { name: 'consumer', env: settings, files: [], max: partitionCount }
  { name: 'api', env: concat(settings, answering), files: [{ secretRef: 'keys', path: 'keys.yaml' }], max: 6 }
  { name: 'delivery', env: concat(settings, delivering), files: [{ secretRef: 'webhooks', path: 'webhooks.yaml' }], max: 2 }
]

// One for each hub; the platform takes the one that asks for most.
var byLag = [
  for hub in hubs: {
    name: hub
    custom: {
      type: 'azure-eventhub'
      identity: identityId
      metadata: {
        checkpointStrategy: 'blobMetadata'
        eventHubNamespace: namespace
        eventHubName: hub
        consumerGroup: consumerGroup
        storageAccountName: storageAccount
        blobContainer: checkpointContainer
        unprocessedEventThreshold: '2000'
      }
    }
  }
]

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: name
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
  }
}

resource place 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: name
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
  }
}

resource app 'Microsoft.App/containerApps@2025-01-01' = [
  for role in roles: {
    name: '${name}-${role.name}'
    location: location
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: {
        '${identityId}': {}
      }
    }
    properties: {
      environmentId: place.id
      configuration: {
        activeRevisionsMode: 'Single'
        ingress: role.name == 'api' ? {
          external: true
          targetPort: 8080
          transport: 'http'
          allowInsecure: false
        } : null
        secrets: role.name == 'api' ? [{ name: 'keys', value: apiKeys }] : role.name == 'delivery' ? [{ name: 'webhooks', value: webhooks }] : []
      }
      template: {
        terminationGracePeriodSeconds: 45
        containers: [
          {
            name: 'guestwatch'
            image: image
            args: ['serve', '--roles', role.name]
            env: role.env
            resources: {
              cpu: json('0.5')
              memory: '1Gi'
            }
            probes: [
              { type: 'Startup', httpGet: { path: '/livez', port: 9464 }, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 10 }
              { type: 'Liveness', httpGet: { path: '/livez', port: 9464 }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }
              { type: 'Readiness', httpGet: { path: '/readyz', port: 9464 }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }
            ]
            volumeMounts: empty(role.files) ? [] : [{ volumeName: 'files', mountPath: '/etc/guestwatch' }]
          }
        ]
        volumes: empty(role.files) ? [] : [{ name: 'files', storageType: 'Secret', secrets: role.files }]
        scale: {
          minReplicas: 2
          maxReplicas: role.max
          rules: role.name == 'consumer' ? byLag : role.name == 'api' ? [{ name: 'requests', http: { metadata: { concurrentRequests: '200' } } }] : []
        }
      }
    }
  }
]

// az containerapp job start --name NAME-adopt-rule
resource adoptRule 'Microsoft.App/jobs@2025-01-01' = {
  name: '${name}-adopt-rule'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: place.id
    configuration: {
      triggerType: 'Manual'
      replicaTimeout: 300
      replicaRetryLimit: 1
      manualTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
      }
    }
    template: {
      containers: [
        {
          name: 'guestwatch'
          image: image
          args: ['rule', 'adopt']
          env: settings
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
        }
      ]
    }
  }
}
