/** A reason to stop that the user can do something about: one line, and the exit code. */
export class LaunchFault extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}
