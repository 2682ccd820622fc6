/** Every bound of the API in one place, each with its reason. */

/** The span that requests are counted over. */
export const RATE_WINDOW_MS = 60_000;
/** Of one key: fifty a second, which no poller needs, but a loop gone wild has soon. A long poll or stream is one. */
export const RATE_PER_CALLER_MAX = 3_000;
/** Of one address, which may stand for a site with several callers. */
export const RATE_PER_ADDRESS_MAX = 6_000;
/** Refused keys and tokens of one address. Nobody guesses 256 bits; this bounds noise, and what checking signatures costs. */
export const RATE_FAILURES_MAX = 30;
/** Callers and addresses that are counted at once, for each kind: some 100 bytes each. The longest unseen is forgotten. */
export const RATE_COUNTED_MAX = 10_000;

/** Items of one page: enough for a poller to catch up quickly, little enough that a page fits in memory many times over. */
export const PAGE_LIMIT_MAX = 1000;
export const PAGE_LIMIT_DEFAULT = 100;
/** A dead letter may carry 64 KiB, so that a page of them is shorter. */
export const DEAD_LETTERS_LIMIT_MAX = 100;
export const DEAD_LETTERS_LIMIT_DEFAULT = 20;
/** Dead letters that one retry may name, or takes at once: each may have to be read again at its source. */
export const RETRY_IDS_MAX = 100;
/** Of a retry, which may wait for others before it and for Event Hubs. */
export const RETRY_TIMEOUT_MS = 90_000;
/** Of a test of a webhook, which waits for one try. */
export const TEST_TIMEOUT_MS = 25_000;

/** A long poll ends before the idle time-outs of common proxies and load balancers, 60 s and more, by the client's choice. */
export const WAIT_SECONDS_MAX = 60;
/** Requests that may wait at once: each costs a socket and a listener, no more. */
export const WAITING_MAX = 10_000;

/** Streams open at once: each costs a socket, and while its reader is behind a page of changes. */
export const STREAMS_MAX = 5_000;
/** Changes read at once for a stream that is behind: what a slow reader holds. */
export const STREAM_PAGE_MAX = 20;
/** A comment goes out before the idle time-outs of proxies, from 30 s on, end a quiet stream. */
export const STREAM_QUIET_MS = 15_000;
/** A reader that takes nothing for so long is no reader: what it misses it can have again from its last cursor. */
export const STREAM_STALL_MS = 30_000;
/** A fail-over of the store is waited for, with its readers on the line; after that they may do better elsewhere. */
export const STREAM_RETRY_MS = 1_000;
export const STREAM_TROUBLE_MS = 30_000;

/** No call takes longer; what does is answered with 503, so that a hanging store cannot pile up requests. */
export const ANSWER_TIMEOUT_MS = 15_000;
/** Advice of 503 to callers: long enough for a fail-over of the store to make progress. */
export const RETRY_AFTER_SECONDS = 5;

/** Room for every filter at its longest and a cursor, percent-encoded. */
export const URL_LENGTH_MAX = 8_192;
/** Node counts the request line and all header lines. */
export const HEADER_BYTES_MAX = 16_384;
/** No route takes more: what is written to this API is a few fields. */
export const BODY_BYTES_MAX = 65_536;
/** A path segment: the longest UPN is 113 characters, its `#EXT#` form about twice that, percent-encoding not counted. */
export const PARAM_LENGTH_MAX = 512;
/** A text filter. */
export const TEXT_LENGTH_MAX = 512;
/** A cursor of a port (2,000: some 20 characters for each of 64 shards) and what the API binds it with. */
export const CURSOR_LENGTH_MAX = 2_048;

/** A comment: a remark, not a report; with as many as a finding may have they stay a part of it that is read at a glance. */
export const COMMENT_LENGTH_MAX = 1_000;
/** The name of who works on a finding, or answers for a suppression. */
export const NAME_LENGTH_MAX = 256;
/** Operations that a suppression may name: more than the longest of rules has. */
export const EXPECTED_OPERATIONS_MAX = 100;

/** Time to send the headers, and the whole request: a slow sender holds a socket no longer. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 15_000;
/** A socket without traffic: longer than the longest wait and its answer. */
export const SOCKET_IDLE_MS = WAIT_SECONDS_MAX * 1000 + ANSWER_TIMEOUT_MS + 15_000;
/** Sockets at once: the long polls, the streams and as many others. */
export const SOCKETS_MAX = 2 * (WAITING_MAX + STREAMS_MAX);
