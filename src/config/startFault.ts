/** Why a start failed, for those who can mend it: the message names the setting or the part and says how. */
export class StartFault extends Error {
  /** `settings`: what was asked for cannot be done; `dependency`: something that is needed cannot be reached. */
  readonly kind: 'settings' | 'dependency';
  /** Each fault as a whole sentence; the message is all of them. */
  readonly faults: readonly string[];

  constructor(kind: 'settings' | 'dependency', faults: string | readonly string[], options?: ErrorOptions) {
    const all = [faults].flat();
    super(all.join(' '), options);
    this.name = 'StartFault';
    this.kind = kind;
    this.faults = all;
  }
}
