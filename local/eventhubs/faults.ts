/** Holds the faults that last, counts how often they still strike, and tells when one ends. */
import type { FaultKind, FaultRequest } from './faultKinds.ts';
import { isSameName } from './hubs.ts';
import type { Timers } from './timers.ts';

/** Where something happens that a fault could strike. */
export interface Scope {
  readonly hub: string;
  /** Absent where no partition is meant: a hub's management, or a producer that leaves the choice to the service. */
  readonly partition?: string | undefined;
}

interface Active {
  readonly request: FaultRequest;
  left: number;
  cancel: () => void;
}

/** Whether a fault of this request strikes there. */
export function strikes(request: FaultRequest, scope: Scope): boolean {
  return (
    (request.hub === undefined || isSameName(request.hub, scope.hub)) &&
    (request.partition === undefined || request.partition === scope.partition)
  );
}

export class LastingFaults {
  readonly #active = new Set<Active>();
  readonly #onEnd: () => void;
  readonly #timers: Timers;

  /** `onEnd` is called soon after any lasting fault ended, however it did. */
  constructor(timers: Timers, onEnd: () => void) {
    this.#timers = timers;
    this.#onEnd = onEnd;
  }

  /** Lets the fault begin. Without `count` and `ms` it stays until it is cleared. */
  add(request: FaultRequest): void {
    const active: Active = { request, left: request.count ?? Number.POSITIVE_INFINITY, cancel: () => {} };
    this.#active.add(active);
    const staysMs = request.kind === 'delay' ? undefined : request.ms;
    if (staysMs !== undefined) active.cancel = this.#timers.after(staysMs, () => this.#end(active));
  }

  /** The first fault of this kind that strikes there, counted as one stroke; undefined if there is none. */
  take(kind: FaultKind, scope: Scope): FaultRequest | undefined {
    const active = this.#find(kind, scope);
    if (!active) return undefined;
    active.left -= 1;
    if (active.left <= 0) this.#end(active);
    return active.request;
  }

  /** Whether a fault of this kind strikes there, without counting. */
  isActive(kind: FaultKind, scope: Scope): boolean {
    return this.#find(kind, scope) !== undefined;
  }

  /** Counts one delivery towards a pending `drop`; true for the delivery that is to be cut. */
  isCutNow(scope: Scope): boolean {
    const active = this.#find('drop', scope);
    if (!active) return false;
    active.left -= 1;
    if (active.left >= 0) return false;
    this.#end(active);
    return true;
  }

  /** The faults in force, with what is left of their counts. */
  list(): FaultRequest[] {
    return [...this.#active].map(({ request, left }) =>
      Number.isFinite(left) ? { ...request, count: left } : request,
    );
  }

  clear(): void {
    for (const active of this.#active) this.#end(active);
  }

  #find(kind: FaultKind, scope: Scope): Active | undefined {
    for (const active of this.#active) {
      if (active.request.kind === kind && strikes(active.request, scope)) return active;
    }
    return undefined;
  }

  #end(active: Active): void {
    active.cancel();
    // Later, since whoever drew the last stroke is in the middle of what the others would be woken for.
    if (this.#active.delete(active)) queueMicrotask(this.#onEnd);
  }
}
