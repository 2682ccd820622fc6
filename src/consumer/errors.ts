/** The errors of the consumer, and the plain form in which an error may leave a handler. */

/** Which dependency stood in the way of the start. */
export type StartProblem =
  | 'event_hubs_unreachable'
  | 'event_hubs_unauthorized'
  | 'event_hubs_role_missing'
  | 'hub_not_found'
  | 'consumer_group_not_found'
  | 'storage_unreachable'
  | 'storage_unauthorized'
  | 'storage_role_missing'
  | 'identity_unavailable'
  | 'setting_invalid';

/** The consumer cannot start. The message names the setting and the mend. */
export class ConsumerStartError extends Error {
  override readonly name = 'ConsumerStartError';
  readonly code: StartProblem;
  /** The environment variables to look at. */
  readonly settings: readonly string[];

  constructor(code: StartProblem, settings: readonly string[], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.settings = settings;
  }
}

/** Why a claim of a partition ended. */
export type EndCause =
  /** Another owner has the partition. */
  | 'owner_lost'
  /** The state is older than it should be. */
  | 'state_lost'
  /** The state takes nothing from this process, because another rule is in force. */
  | 'rule_not_adopted'
  /** The hub was made anew. */
  | 'hub_renewed'
  /** It was behind and got no events. */
  | 'silent'
  /** The receiver failed for good, or the client library closed it. */
  | 'receiver_closed'
  /** A newer claim of the same partition took its place. */
  | 'superseded'
  /** A fault of the program. */
  | 'fault'
  /** The consumer stops, or replaces its client. */
  | 'stopped';

/** A claimed partition is not read yet: it has told why, and is tried again soon. Its cause is a failure, if it is one. */
export class StartPostponed extends Error {
  override readonly name = 'StartPostponed';
}

/** Unwinds a handler whose claim has ended; an outcome, not a failure. */
export class ClaimEnded extends Error {
  override readonly name = 'ClaimEnded';
  readonly why: EndCause;

  constructor(why: EndCause, detail: string) {
    super(detail);
    this.why = why;
  }
}

/**
 * The error in a form that stops the partition. The client library goes on with the NEXT batch after an error whose
 * `retryable` is true, and the batch that failed would never be seen again; so nothing but this leaves a handler.
 */
export function plainError(error: unknown): Error {
  return new Error(`The partition stops and starts again at its position: ${messageOf(error)}`, { cause: error });
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors.at(-1));
  if (error instanceof Error) return error.message;
  // AMQP peers speak in plain objects: a condition, and perhaps a description.
  if (typeof error !== 'object' || error === null) return String(error);
  const { condition, description } = error as { condition?: unknown; description?: unknown };
  const words = [condition, description].filter((word) => typeof word === 'string' && word !== '');
  return words.length > 0 ? words.join(': ') : JSON.stringify(error);
}

/** The `code` of an error, or its name, or `unknown`. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1));
  if (hasCode(error)) return error.code;
  // What the other side says when it closes a link reaches us as it came, where that happens while the link opens.
  if (typeof error === 'object' && error !== null && 'condition' in error)
    return error.condition === 'amqp:link:stolen' ? 'ReceiverDisconnectedError' : String(error.condition);
  return error instanceof Error ? error.name : 'unknown';
}

/** What gives leave to read a hub, and to keep checkpoints: for whoever is refused. */
export const HUB_LEAVE =
  'Give the identity the role Azure Event Hubs Data Receiver on the namespace; a key in EVENTHUB_CONNECTION_STRING needs the claim Listen.';
export const STORAGE_LEAVE =
  'Give the identity the role Storage Blob Data Contributor on the container; by key, check CHECKPOINT_STORAGE_CONNECTION_STRING.';
/** What the account says to whom it would let in from elsewhere. */
const STORAGE_FIREWALL =
  "The account's firewall lets nobody in from here: add this network to it, or a private endpoint.";

/** What stands in the way, in words of ours, for those on call; and in a sentence, with the mend where someone has to act. */
export function troubleOf(
  error: unknown,
  isStorage = isOfStorage(error),
): { readonly code: string; readonly detail: string } {
  const detail = messageOf(error);
  if (isOfIdentity(error)) return { code: 'identity_unavailable', detail };
  if (isStorage) {
    const leave = storageLeaveFor(error);
    return leave === null
      ? { code: 'storage_unreachable', detail }
      : { code: 'storage_unauthorized', detail: `${firstLineOf(detail)} ${leave}` };
  }
  const code = troubleCodeOf(error);
  return { code, detail: code === 'hub_unauthorized' ? `${firstLineOf(detail)} ${HUB_LEAVE}` : detail };
}

/** What would give leave to whom the storage account has refused; null where it has not. */
export function storageLeaveFor(error: unknown): string | null {
  const { statusCode, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (statusCode !== 401 && statusCode !== 403) return null;
  return code === 'AuthorizationFailure' ? `${STORAGE_LEAVE} ${STORAGE_FIREWALL}` : STORAGE_LEAVE;
}

/** The libraries add lines with ids and times. */
export const firstLineOf = (text: string): string => (text.split(/\r?\n/)[0] ?? '').trim().replace(/\.?$/, '.');

/** Whether the identity had no token to show. */
export function isOfIdentity(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) return isOfIdentity(error.errors.at(-1));
  return hasCode(error) && error.code === 'identity_unavailable';
}

function troubleCodeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'reason' in error && typeof error.reason === 'string')
    return error.reason;
  switch (codeOf(error)) {
    case 'ReceiverDisconnectedError':
      return 'receiver_disconnected';
    case 'UnauthorizedError':
    case 'amqp:unauthorized-access':
      return 'hub_unauthorized';
    case 'MessagingEntityNotFoundError':
      return 'hub_not_found';
    default:
      return 'hub_unreachable';
  }
}

/** Whether the state refuses this process for as long as it has another rule than the one in force. */
export const isOfOtherRule = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'reason' in error && error.reason === 'rule_not_adopted';

/** Whether the storage account failed, which speaks of itself by this name. */
export function isOfStorage(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) return isOfStorage(error.errors.at(-1));
  return error instanceof Error && error.name === 'RestError';
}

export function hasCode(error: unknown): error is { readonly code: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
