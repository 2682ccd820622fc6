/** A reason why nothing was built that whoever builds can do something about. */
export class BuildFault extends Error {
  /** 1 for what is built, 2 for how it was asked for. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'BuildFault';
    this.exitCode = exitCode;
  }
}

/** The checkout. */
export const ROOT = new URL('../../', import.meta.url);
