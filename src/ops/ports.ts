/** What the operations port asks of the rest of the service. */

/** One thing that keeps the service from its work. */
export interface NotReady {
  /** Stable, lower case with underscores: `redis_unreachable`, `partitions_not_owned`, `rule_not_adopted`. */
  readonly code: string;
  /** Of a `partition_stalled`: what stands in the way, such as `redis_out_of_memory` or `hub_unreachable`. */
  readonly reason?: string;
  /** A sentence for the person on call: what is wrong, and which setting or part to look at. */
  readonly detail: string;
}

export interface LivenessPort {
  /** Why only a new process may help; empty while this one lives. What it merely depends on is none of these reasons. */
  check(): readonly NotReady[];
}

export interface ReadinessPort {
  /**
   * All that stands in the way; empty when ready. It may take as long as the signal lets it, and a rejection counts as not
   * ready. It is asked often (every few seconds) and by anyone: it must be cheap and say nothing confidential.
   */
  check(signal: AbortSignal): Promise<readonly NotReady[]>;
}

/** The metrics of the process: a prom-client registry fits. */
export interface MetricsPort {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Everything that `buildOps` needs. */
export interface OpsPorts {
  readonly liveness: LivenessPort;
  readonly readiness: ReadinessPort;
  readonly metrics: MetricsPort;
}
