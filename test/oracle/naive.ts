// The second reading: what the detection decides, worked out the slow and plain way, to hold the product against.

export { contentsOfAnswer, inOneOrder, withoutEvidence } from './answers.ts';
export type { DeadLetter, DeadReason, Facts, Operation, ReadOptions, SentItem, SignIn, Source } from './facts.ts';
export { identityOf, readFacts, upTo } from './facts.ts';
export type {
  EvidenceContents,
  FindingContents,
  Matched,
  NearMisses,
  OperationContents,
  Selection,
  SignInContents,
} from './findings.ts';
export { findings, judged, nearMisses } from './findings.ts';
export type { Pair, ReasonCode, View } from './match.ts';
export { homeUpn, pairOf, REASON_CODES, VIEWS } from './match.ts';
export { isExtraName, isSpelledName, isStrictName, normalName, STRICT_NAMES } from './names.ts';
export type { Moment, Row } from './rows.ts';
export { newestTime, rows, thin } from './rows.ts';
export { splitBody } from './split.ts';
export { readTime, ticksOfMs, underWindow, WINDOW_TICKS, writeTime } from './ticks.ts';
