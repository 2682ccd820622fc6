// Two identities: that of the service, and one for KEDA, which only looks. Neither has a secret.
param name string
param location string
param aksOidcIssuer string
param serviceAccount string
param kedaServiceAccount string

resource service 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
}

resource scaler 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-scaler'
  location: location
}

// Entra ID takes a token of the cluster for these service accounts and for no other.
resource ofPods 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = if (aksOidcIssuer != '') {
  parent: service
  name: 'kubernetes'
  properties: {
    issuer: aksOidcIssuer
    subject: 'system:serviceaccount:${serviceAccount}'
    audiences: ['api://AzureADTokenExchange']
  }
}

resource ofKeda 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = if (aksOidcIssuer != '') {
  parent: scaler
  name: 'keda'
  properties: {
    issuer: aksOidcIssuer
    subject: 'system:serviceaccount:${kedaServiceAccount}'
    audiences: ['api://AzureADTokenExchange']
  }
}

output id string = service.id
output clientId string = service.properties.clientId
output principalId string = service.properties.principalId
output scalerClientId string = scaler.properties.clientId
output scalerPrincipalId string = scaler.properties.principalId
