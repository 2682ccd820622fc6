/** Follows requests on their way. Who leaves it out pays nothing for it. */
export interface TracePort {
  /** `traceparent` is what the caller sent under that name (W3C), whatever it is. */
  beginRequest(traceparent: string | undefined): FollowedRequest;
}

export interface FollowedRequest {
  /** Null where its trace is not kept. */
  readonly traceId: string | null;
  end(answer: { readonly route: string; readonly method: string; readonly status: number; readonly ms: number }): void;
}
