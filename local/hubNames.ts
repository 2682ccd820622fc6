/** The hubs that Entra's diagnostic settings write to unless told otherwise. */
export const SIGN_IN_HUB = 'insights-logs-signinlogs';
export const AUDIT_HUB = 'insights-logs-auditlogs';
