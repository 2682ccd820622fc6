/** Entra's diagnostic records as they arrive: sign-ins and audit records, with what real ones carry beside the fields that matter. */
import { idOf, type Person, TENANT } from './world.ts';

export type DiagnosticRecord = Readonly<Record<string, unknown>>;

export interface SignInOptions {
  readonly person: Person;
  /** Milliseconds since 1970, as all times here. */
  readonly at: number;
  readonly ip: string;
  /** As the log calls the person; the UPN at home unless told otherwise. */
  readonly upn?: string;
  readonly objectId?: string | null;
  readonly userType?: 'Member' | 'Guest';
  readonly resourceTenant?: string;
  /** Entra's error code; 0 is success. */
  readonly resultType?: string;
  readonly category?: string;
  readonly app?: string;
}

let count = 0;
/** Unique in this run and among runs. */
const newId = (): string => idOf(`${process.pid} ${Date.now()} ${count++}`);

/** With the seven fractional digits of Entra's own. */
const timeText = (ms: number): string =>
  new Date(ms).toISOString().replace('Z', `${String((count * 7919) % 10_000).padStart(4, '0')}Z`);

/** Entra logs a sign-in minutes after it began. */
const SIGN_IN_DELAY_MS = 70_000;

export function signInRecord(options: SignInOptions): DiagnosticRecord {
  const { person, at, ip, userType = 'Member', resultType = '0', resourceTenant = TENANT } = options;
  const id = newId();
  return {
    ...common(at, options.category ?? 'SignInLogs', 'Sign-in activity', id),
    resultType,
    resultSignature: 'None',
    callerIpAddress: ip,
    identity: person.name,
    properties: {
      id,
      createdDateTime: timeText(at - SIGN_IN_DELAY_MS),
      userDisplayName: person.name,
      userPrincipalName: options.upn ?? person.upn,
      userId: options.objectId === undefined ? person.objectId : options.objectId,
      userType,
      ipAddress: ip,
      appDisplayName: options.app ?? 'Azure Portal',
      clientAppUsed: 'Browser',
      isInteractive: true,
      conditionalAccessStatus: 'notApplied',
      homeTenantId: person.homeTenant,
      resourceTenantId: resourceTenant,
      crossTenantAccessType: person.homeTenant === resourceTenant ? 'none' : 'b2bCollaboration',
      status: { errorCode: Number(resultType) },
    },
  };
}

export interface AuditOptions {
  readonly at: number;
  readonly operation: string;
  /** Who did it: any of these may be missing in real records. */
  readonly by:
    | { readonly upn: string; readonly objectId: string | null; readonly ip: string }
    | { readonly app: string };
  readonly targets: readonly unknown[];
  readonly result?: 'success' | 'failure';
}

export function auditRecord({ at, operation, by, targets, result = 'success' }: AuditOptions): DiagnosticRecord {
  const correlationId = newId();
  const initiatedBy =
    'app' in by
      ? { app: { displayName: by.app, servicePrincipalId: idOf(by.app) } }
      : { user: { id: by.objectId, displayName: null, userPrincipalName: by.upn, ipAddress: by.ip, roles: [] } };
  return {
    ...common(at, 'AuditLogs', operation, correlationId),
    resultSignature: 'None',
    properties: {
      id: `Directory_${correlationId}`,
      correlationId,
      result,
      resultReason: '',
      activityDisplayName: operation,
      activityDateTime: timeText(at),
      loggedByService: 'Core Directory',
      initiatedBy,
      targetResources: targets,
      additionalDetails: [],
    },
  };
}

function common(at: number, category: string, operationName: string, correlationId: string): DiagnosticRecord {
  return {
    time: timeText(at),
    resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
    operationName,
    operationVersion: '1.0',
    category,
    tenantId: TENANT,
    durationMs: 0,
    correlationId,
    Level: 4,
  };
}

/** The targets of `Add member to role`: the person, and the role, whose name stands with the person as in real records. */
export function roleTargets(name: string, role: string): unknown[] {
  const roleId = idOf(`role ${role}`);
  const modifiedProperties = [
    { displayName: 'Role.ObjectID', oldValue: null, newValue: JSON.stringify(roleId) },
    { displayName: 'Role.DisplayName', oldValue: null, newValue: JSON.stringify(role) },
  ];
  return [
    { type: 'User', id: idOf(name), displayName: name, modifiedProperties },
    { type: 'Role', id: roleId, displayName: null, modifiedProperties: [] },
  ];
}

/** One target that goes by its name. */
export const namedTarget = (type: string, displayName: string): unknown[] => [
  { type, id: idOf(displayName), displayName, modifiedProperties: [] },
];
