/** The types of decide.js, for the tests. */
export function isOlder(version: string, minimum: string): boolean;
export function nodeFault(version: string, range: string): string | null;
export type Plan = { command: string; script: string | null; redis: boolean; programs: string[]; args: string[] };
export function planOf(argv: readonly string[]): Plan | { fault: string };
export function hashOf(text: string): string;
export interface PackagesState {
  lock: string;
  installed: string | null;
  note: string | null;
  running: readonly number[];
}
export function packagesDecision(state: PackagesState): 'fresh' | 'adopt' | 'install' | 'blocked';
export const REDIS_MINIMUM: string;
export function redisVersionOf(text: string): string | null;
export const ONE_PRESS_MS: number;
export function stopRequests(): (nowMs: number) => 'echo' | 'orderly' | 'atOnce' | 'byForce';
