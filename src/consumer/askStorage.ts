/**
 * Asks the storage account, and not for ever. What the library calls the timeout of a try is a wish that it sends along: an
 * account that takes the connection and says nothing, as behind a firewall that forgot it, would be waited for without end, and
 * partitions that have lost their receiver meanwhile would be begun by nobody, without a word.
 */
import { RestError } from '@azure/storage-blob';

/** Rejects as the library does where the account cannot be reached, once so many milliseconds are over. */
export async function askStorage<T>(limitMs: number, ask: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const abortSignal = AbortSignal.timeout(limitMs);
  try {
    return await ask(abortSignal);
  } catch (error) {
    if (!abortSignal.aborted) throw error;
    const message = `The storage account has not answered for ${limitMs / 1000} s.`;
    throw new RestError(message, { code: 'ETIMEDOUT' });
  }
}
