/** The identity of the settings towards Azure: tokens by one way alone, and in plain words why there is none. */
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity';
import type { Identity } from '../config.ts';

/** The identity has no token to show. `code` is fixed for callers that know no Azure. */
export class IdentityUnavailable extends Error {
  readonly code = 'identity_unavailable';
}

/** Longer than a healthy issuer takes by far; the libraries would try a machine's own address for minutes. */
const TOKEN_MS = 20_000;

const made = new WeakMap<Identity, Promise<TokenCredential>>();

/** The credential of an identity, one for all that show it: it keeps the tokens that it has. */
export function azureIdentity(identity: Identity): Promise<TokenCredential> {
  const known = made.get(identity) ?? freshIdentity(identity);
  made.set(identity, known);
  return known;
}

/** A credential that has no tokens yet, and so asks for a new one. Loaded only where it is used: it takes a while. */
export async function freshIdentity(identity: Identity): Promise<TokenCredential> {
  const { AzureCliCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = await import('@azure/identity');
  const credential = (): TokenCredential => {
    switch (identity.kind) {
      case 'workload':
        return new WorkloadIdentityCredential({
          ...{ tenantId: identity.tenantId, clientId: identity.clientId, tokenFilePath: identity.tokenFile },
          ...(identity.authorityHost !== null && { authorityHost: identity.authorityHost }),
          // Whom to trust is said by the settings, and the host that would be asked for it may be out of reach.
          disableInstanceDiscovery: true,
        });
      case 'managed':
        return new ManagedIdentityCredential(identity.clientId === null ? {} : { clientId: identity.clientId });
      case 'cli':
        return new AzureCliCredential(identity.tenantId === null ? {} : { tenantId: identity.tenantId });
    }
  };
  return inPlainWords(credential(), identity);
}

function inPlainWords(inner: TokenCredential, identity: Identity): TokenCredential {
  return {
    async getToken(scopes, options): Promise<AccessToken> {
      try {
        const token = await inTime(inner, scopes, options);
        if (token !== null) return token;
        throw new Error('no token came');
      } catch (error) {
        throw new IdentityUnavailable(wordsOf(identity, error), { cause: error });
      }
    },
  };
}

async function inTime(
  inner: TokenCredential,
  scopes: string | string[],
  options: GetTokenOptions = {},
): Promise<AccessToken | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TOKEN_MS / 1_000} s`)), TOKEN_MS);
  });
  try {
    return await Promise.race([inner.getToken(scopes, options), late]);
  } finally {
    clearTimeout(timer);
  }
}

const WHAT = {
  workload: 'The workload identity (AZURE_CLIENT_ID)',
  managed: 'The managed identity',
  cli: 'The identity of `az login`',
} as const;

const MEND = {
  workload:
    'Check AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE, that the identity has a federated credential for ' +
    'the issuer and subject of that token, and that the issuer of tokens can be reached (HTTPS_PROXY, NODE_EXTRA_CA_CERTS).',
  managed:
    'Check that this machine or app has a managed identity, and set AZURE_CLIENT_ID where it has several. In Kubernetes, use ' +
    'workload identity; for development, AZURE_IDENTITY=cli.',
  cli: 'Run `az login`, or leave AZURE_IDENTITY unset in production.',
} as const;

/** The library's word on it is long, and its first line says all: the code of Entra ID, or that nobody answers. */
function wordsOf({ kind }: Identity, error: unknown): string {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\r?\n| Trace ID:/);
  return `${WHAT[kind]} gets no token: ${reason.trim().replace(/\.?$/, '.')} ${MEND[kind]}`;
}
