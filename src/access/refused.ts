/** Why access cannot be set up, for the one who can mend it. */
export class AccessRefused extends Error {
  /** Whole sentences, each of which names the setting. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join(' '));
    this.name = 'AccessRefused';
    this.faults = faults;
  }
}
