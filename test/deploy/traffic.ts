/** What network policies let through, as Kubernetes says it: nothing of a direction that a policy covers, but what some policy allows. */
import ipaddr from 'ipaddr.js';
import type {
  INetworkPolicyPeer,
  INetworkPolicyPort,
  INetworkPolicySpec,
} from 'kubernetes-models/networking.k8s.io/v1';
import { isSelected, type Labels, type Manifest, ofKind, type Workload } from './rendered.ts';

/** The other end: an address, or pods of a namespace with these labels. */
export type Other = { readonly address: string } | { readonly namespace: Labels };

interface Rule {
  readonly peers: readonly INetworkPolicyPeer[] | undefined;
  readonly ports: readonly INetworkPolicyPort[] | undefined;
}

export interface Traffic {
  readonly direction: 'Ingress' | 'Egress';
  readonly other: Other;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

export function isAllowed(all: readonly Manifest[], pod: Workload, traffic: Traffic): boolean {
  const covering = ofKind<INetworkPolicySpec>(all, 'NetworkPolicy')
    .map(({ spec }) => spec)
    .filter(
      ({ podSelector, policyTypes }) =>
        policyTypes?.includes(traffic.direction) && isSelected(pod.labels, podSelector?.matchLabels),
    );
  return (
    covering.length === 0 || covering.some((spec) => rulesOf(spec, traffic).some((rule) => allows(rule, pod, traffic)))
  );
}

const rulesOf = ({ ingress, egress }: INetworkPolicySpec, { direction }: Traffic): Rule[] =>
  direction === 'Ingress'
    ? (ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
    : (egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));

function allows({ peers, ports }: Rule, pod: Workload, { other, port, protocol = 'TCP' }: Traffic): boolean {
  const isPort = ({ port: own, protocol: spoken = 'TCP' }: INetworkPolicyPort): boolean =>
    spoken === protocol && (own === undefined || numberOf(own, pod) === port);
  return (peers?.some((peer) => isPeer(peer, other)) ?? true) && (ports?.some(isPort) ?? true);
}

const numberOf = (port: number | string, { container }: Workload): number | undefined =>
  typeof port === 'number' ? port : container.ports?.find(({ name }) => name === port)?.containerPort;

function isPeer({ ipBlock, namespaceSelector, podSelector }: INetworkPolicyPeer, other: Other): boolean {
  if ('namespace' in other)
    return (
      podSelector === undefined &&
      namespaceSelector !== undefined &&
      isSelected(other.namespace, namespaceSelector.matchLabels)
    );
  return (
    ipBlock !== undefined &&
    isWithin(other.address, ipBlock.cidr) &&
    !ipBlock.except?.some((cidr) => isWithin(other.address, cidr))
  );
}

function isWithin(address: string, cidr: string): boolean {
  const [own, [network, bits]] = [ipaddr.parse(address), ipaddr.parseCIDR(cidr)];
  return own.kind() === network.kind() && own.match(network, bits);
}
