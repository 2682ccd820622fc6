/** A reason why the stack cannot run that whoever started it can do something about: sentences, and the exit code. */
export class StackFault extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackFault';
    this.exitCode = exitCode;
  }
}
