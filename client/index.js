/** The API's client: every call of docs/openapi.json, typed by it, and the feed as a loop. Runs wherever there is `fetch`. */
import createFetchClient from 'openapi-fetch';

/** A client of the API at a base URL; with a key it is sent along. Further options are those of openapi-fetch. */
export function createClient({ key, headers, ...options }) {
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return createFetchClient({ ...options, headers: { ...headers, ...authorization } });
}

/** An answer that is a problem. `type` is what to decide by, such as `urn:guestwatch:problem:resync`. */
export class ProblemError extends Error {
  constructor(problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'ProblemError';
    this.problem = problem;
    this.type = problem.type;
  }
}

/** Every revision after a place, each once and in order, for as long as one reads on. Keep the `cursor` of what is done with. */
export async function* followChanges(client, { after = 'begin', wait = 30, limit = 100, signal } = {}) {
  for (let place = after; ; ) {
    const query = { after: place, wait, limit };
    const { data, error, response } = await client.GET('/v1/changes', { params: { query }, signal });
    if (data !== undefined) {
      yield* data.items;
      place = data.cursor;
    } else {
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      // Only what passes says when to ask again.
      if (Number.isNaN(seconds)) throw new ProblemError(error);
      await pause(seconds * 1000, signal);
    }
  }
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}
