/** Makes one thing of the two shapes of a record: the diagnostic record as Azure Monitor sends it and the flat row as Log Analytics exports it. */
import { isObject, type JsonObject, looseText, scalarText, unwrapped } from './scalar.ts';

/** The rule's two tables, the one that is only counted, and all others. */
export type Table = 'signIn' | 'operation' | 'nonInteractive' | 'other';

/** What is read of a record: where it stands in a diagnostic record (a `.` leads into `properties`), and in a row. */
const COLUMNS = {
  time: ['time', 'TimeGenerated'],
  tenantId: ['tenantId', 'AADTenantId'],
  resourceId: ['resourceId', 'ResourceId'],
  recordId: ['.id', 'Id'],
  correlationId: ['correlationId', 'CorrelationId'],
  userType: ['.userType', 'UserType'],
  resultType: ['resultType', 'ResultType'],
  userPrincipalName: ['.userPrincipalName', 'UserPrincipalName'],
  userId: ['.userId', 'UserId'],
  ipAddress: ['.ipAddress', 'IPAddress'],
  createdDateTime: ['.createdDateTime', 'CreatedDateTime'],
  homeTenantId: ['.homeTenantId', 'HomeTenantId'],
  resourceTenantId: ['.resourceTenantId', 'ResourceTenantId'],
  operationName: ['operationName', 'OperationName'],
  result: ['.result', 'Result'],
  initiatedBy: ['.initiatedBy', 'InitiatedBy'],
  targetResources: ['.targetResources', 'TargetResources'],
  additionalDetails: ['.additionalDetails', 'AdditionalDetails'],
} as const;

export type Column = keyof typeof COLUMNS;

/** A record of either shape. Nothing is read before it is asked for. */
export interface RecordView {
  readonly table: Table;
  /** The value as parsed; structures that came as a JSON string are still that string. */
  readonly value: (column: Column) => unknown;
  /** The value as `tostring` reads it; undefined for an object or array. */
  readonly text: (column: Column) => string | undefined;
  /** As written; empty where the record names none; undefined where an object or array stands in its place. */
  readonly tenantId: () => string | undefined;
}

/** Reads a parsed record. Never throws, whatever the object holds. */
export function viewOf(record: JsonObject): RecordView {
  const value = isRow(record) ? (column: Column) => record[COLUMNS[column][1]] : diagnosticReader(record);
  const text = (column: Column): string | undefined => scalarText(value(column));
  return {
    table: isRow(record) ? tableOfRow(record) : tableNamed(looseText(record['category'])),
    value,
    text,
    tenantId: () => {
      const own = text('tenantId');
      return own === '' ? tenantOfResource(text('resourceId')) : own;
    },
  };
}

/** A row has neither of the two keys that every diagnostic record has. */
const isRow = (record: JsonObject): boolean => !Object.hasOwn(record, 'time') && !Object.hasOwn(record, 'properties');

function diagnosticReader(record: JsonObject): (column: Column) => unknown {
  let properties: JsonObject | undefined;
  const readProperties = (): JsonObject => {
    const inner = unwrapped(record['properties']);
    return isObject(inner) ? inner : {};
  };
  return (column) => {
    const place: string = COLUMNS[column][0];
    if (!place.startsWith('.')) return record[place];
    properties ??= readProperties();
    return properties[place.slice(1)];
  };
}

const NON_INTERACTIVE = 'noninteractiveusersigninlogs';

/** The table of a category, whatever its case. */
function tableNamed(category: string): Table {
  const name = category.toLowerCase();
  if (name === 'signinlogs') return 'signIn';
  if (name === 'auditlogs') return 'operation';
  return name === NON_INTERACTIVE ? 'nonInteractive' : 'other';
}

/**
 * A query may have overwritten a row's `Type`, so columns decide where it names neither table. Before they do, a name that ends like
 * the sign-in tables' tells their rows apart: the non-interactive one has the same columns and is not the rule's.
 * A row's `Category` is the activity's and says nothing about audit.
 */
function tableOfRow(row: JsonObject): Table {
  const type = looseText(row['Type']).toLowerCase();
  if (type === 'signinlogs' || type === 'auditlogs') return tableNamed(type);
  for (const name of [type, looseText(row['Category']).toLowerCase()]) {
    if (name.endsWith(NON_INTERACTIVE)) return 'nonInteractive';
    if (name.endsWith('signinlogs') && name !== 'signinlogs') return 'other';
  }
  if (Object.hasOwn(row, 'InitiatedBy') && Object.hasOwn(row, 'TargetResources')) return 'operation';
  return Object.hasOwn(row, 'UserType') && Object.hasOwn(row, 'ResultType') ? 'signIn' : 'other';
}

/** The tenant in `/tenants/<id>/providers/…`, whose case varies. */
function tenantOfResource(resourceId: string | undefined): string | undefined {
  return resourceId === undefined ? undefined : (/^\/tenants\/([^/]+)(?:\/|$)/i.exec(resourceId)?.[1] ?? '');
}
