/** The files that a platform team loads: alert rules, the dashboard, and the pages that belong to them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
export const pathOf = (path: string): string => fileURLToPath(new URL(path, root));
export const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

export const ALERTS = 'deploy/prometheus/alerts.yaml';
export const ALERT_TESTS = ['deploy/prometheus/alerts.test.yaml', 'deploy/prometheus/alerts.weeks.test.yaml'];
export const DASHBOARD = 'deploy/grafana/guestwatch.json';
export const RUNBOOK = 'docs/runbook.md';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const alerts = (): Alert[] =>
  (parse(read(ALERTS)) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

/** An expression of the dashboard with its variables filled in. */
export const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*');

export const dashboard = (): Dashboard => JSON.parse(read(DASHBOARD)) as Dashboard;
