/** The types of lockfile.js, for the tests. */
export function downloadAddresses(lockText: string): string[];
export interface MissingPackage {
  name: string;
  range: string;
  by: string;
  optional: boolean;
  dev: boolean;
}
export function missingPackages(lockText: string, manifestText: string): MissingPackage[];
export function completed(lockText: string, manifestText: string): string;
