/** The alert rules as the Prometheus operator takes them: made of the file that any other Prometheus loads, so that there is one source. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const ALERTS = 'deploy/prometheus/alerts.yaml';

export const RULE_FILE = new URL('deploy/kubernetes/components/monitoring/prometheusRule.yaml', ROOT);

/** The text of the file that the component `monitoring` has of them. */
export function prometheusRuleText(): string {
  const { groups } = parse(readFileSync(new URL(ALERTS, ROOT), 'utf8')) as { readonly groups: readonly object[] };
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'guestwatch', labels: { 'app.kubernetes.io/component': 'ops' } },
    spec: { groups },
  };
  return `# Made by \`npm run manifests\` out of ${ALERTS}: change them there.\n${stringify(rule, { lineWidth: 0 })}`;
}
