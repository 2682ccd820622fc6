// Azure Managed Redis that keeps what it is given: replicated, written to disk, and never evicting.
param name string
param location string
param sku string
param servicePrincipalId string

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  sku: {
    name: sku
  }
  properties: {
    highAvailability: 'Enabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    port: 10000
    clientProtocol: 'Encrypted'
    // One address and no slots; up to 25 GB. For more: OSSCluster, and REDIS_CLUSTER=on.
    clusteringPolicy: 'NoCluster'
    // The service refuses to start on a Redis that may evict.
    evictionPolicy: 'NoEviction'
    persistence: {
      aofEnabled: true
      aofFrequency: '1s'
    }
    // By identity alone (REDIS_ENTRA).
    accessKeysAuthentication: 'Disabled'
  }
}

// The one policy that there is. Names here are of letters and digits.
resource access 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: database
  name: uniqueString(database.id, servicePrincipalId)
  properties: {
    accessPolicyName: 'default'
    user: {
      objectId: servicePrincipalId
    }
  }
}

output url string = 'rediss://${cluster.properties.hostName}:${database.properties.port}'
