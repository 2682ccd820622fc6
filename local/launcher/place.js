/** Where things lie in the checkout, and the say of the launcher: standard error, so that standard output is the command's own. */
import { fileURLToPath } from 'node:url';

/** The checkout's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the launcher itself keeps: the lock of an installation, and who runs on the packages. */
export const LAUNCHER_FOLDER = `${ROOT}.local/launcher`;

export const say = (line) => process.stderr.write(`guestwatch: ${line}\n`);
