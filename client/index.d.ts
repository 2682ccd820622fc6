import type { Client as FetchClient, ClientOptions as FetchClientOptions } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export type { components, operations, paths } from './schema.js';

type Schemas = components['schemas'];
export type Finding = Schemas['Finding'];
export type EvidenceItem = Schemas['EvidenceItem'];
export type Change = Schemas['Change'];
export type Problem = Schemas['Problem'];

export interface ClientOptions extends FetchClientOptions {
  readonly baseUrl: string;
  /** An API key or an access token: sent as `Authorization: Bearer …`. */
  readonly key?: string | undefined;
}

/** Of an answer, what it is where no `format` is named: a finding in its own form. */
type OwnForm<Answer> = Exclude<Answer, Schemas['OcsfFindingsPage' | 'OcsfDetectionFinding' | 'OcsfChanges']>;
type OwnBodies<Content> = { [MediaType in keyof Content]: OwnForm<Content[MediaType]> };
type OwnAnswers<Answers> = {
  [Status in keyof Answers]: Answers[Status] extends { content: infer Content }
    ? Omit<Answers[Status], 'content'> & { content: OwnBodies<Content> }
    : Answers[Status];
};
type OwnCall<Call> = Call extends { responses: infer Answers }
  ? Omit<Call, 'responses'> & { responses: OwnAnswers<Answers> }
  : Call;
/** The paths of the document, with the answers that come where no `format` is named: for others, use `paths` with openapi-fetch. */
type OwnPaths = { [Path in keyof paths]: { [Method in keyof paths[Path]]: OwnCall<paths[Path][Method]> } };

/** One method for each of HTTP's, which takes a path of the document: `client.GET('/v1/findings', { params: { query: { view: 'any' } } })`. */
export type Client = FetchClient<OwnPaths, 'application/json' | 'application/problem+json'>;

/** A client of the API at a base URL; with a key it is sent along. Further options are those of openapi-fetch. */
export function createClient(options: ClientOptions): Client;

/** An answer that is a problem. */
export class ProblemError extends Error {
  constructor(problem: Problem);
  readonly problem: Problem;
  /** What to decide by, such as `urn:guestwatch:problem:resync`. */
  readonly type: Problem['type'];
}

export interface FollowOptions {
  /** A `cursor` that was kept, `begin` (the default: the oldest revision kept) or `now`. */
  readonly after?: string;
  /** Seconds to hold each request while there is nothing to give: 30 where it is left out. */
  readonly wait?: number;
  /** Revisions to ask for at once. */
  readonly limit?: number;
  /** Ends it: the loop then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Every revision after a place, each once and in order, for as long as one reads on. Keep the `cursor` of what is done with, and
 * give it as `after` to go on from there. What passes (429, 503) is waited for; any other problem is thrown, among them
 * `urn:guestwatch:problem:resync`: the place is no longer in the feed, and findings are to be listed anew.
 */
export function followChanges(client: Client, options?: FollowOptions): AsyncGenerator<Change, never, void>;
