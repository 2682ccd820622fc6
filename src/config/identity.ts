/** As whom this process speaks to Azure: one way and no other, so that no identity is used that nobody chose. */
import type { Problem, Values } from './environment.ts';

export type Identity =
  /** A token of the platform, out of a file, that Entra ID exchanges: Kubernetes. */
  | {
      readonly kind: 'workload';
      readonly tenantId: string;
      readonly clientId: string;
      readonly tokenFile: string;
      /** Null for the public cloud. */
      readonly authorityHost: string | null;
    }
  /** What the machine or the container's platform hands out; with a client id one that was assigned, else the machine's own. */
  | { readonly kind: 'managed'; readonly clientId: string | null }
  /** Whoever has signed in by `az login`: for development, and never unless asked for. */
  | { readonly kind: 'cli'; readonly tenantId: string | null };

const WORKLOAD = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'] as const;

/** Names of the platform's that other programs go by too: where nothing of ours does, what they hold is not our business. */
export function isOfOthers(name: string, values: Values): boolean {
  if (reachedByIdentity(values).length > 0) return false;
  return [...WORKLOAD, 'AZURE_AUTHORITY_HOST'].includes(name) && values.ENTRA_TENANT_ID === undefined;
}

/** What is reached by identity, by the settings that say so. */
export function reachedByIdentity(values: Values): string[] {
  const names = ['EVENTHUB_NAMESPACE', 'CHECKPOINT_STORAGE_URL'] as const;
  return [
    ...names.filter((name) => values[name] !== undefined),
    ...(values.REDIS_ENTRA === true ? ['REDIS_ENTRA'] : []),
  ];
}

/** The identity of the settings, null where nothing is reached by one; or what is missing for it. */
export function identityOf(values: Values): { readonly identity: Identity | null } | { readonly problems: Problem[] } {
  const [reached] = reachedByIdentity(values);
  const { AZURE_IDENTITY: asked, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = values;
  if (reached === undefined || asked === undefined) return { identity: null };
  if (asked === 'cli') return { identity: { kind: 'cli', tenantId: tenantId ?? null } };
  const tokenFile = values.AZURE_FEDERATED_TOKEN_FILE;
  if (asked === 'managed' || (asked === 'auto' && tokenFile === undefined))
    return { identity: { kind: 'managed', clientId: clientId ?? null } };
  if (tenantId !== undefined && clientId !== undefined && tokenFile !== undefined) {
    const authorityHost = values.AZURE_AUTHORITY_HOST ?? null;
    return { identity: { kind: 'workload', tenantId, clientId, tokenFile, authorityHost } };
  }
  const missing = WORKLOAD.filter((name) => values[name] === undefined);
  const message = (name: string): string =>
    `${name} is not set, and ${reached} needs it for a workload identity: let the platform set it (in Kubernetes the label ` +
    'azure.workload.identity/use: "true" on the pod does), or set AZURE_IDENTITY to managed.';
  return { problems: missing.map((name) => ({ name, message: message(name) })) };
}
