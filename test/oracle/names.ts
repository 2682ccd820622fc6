// Compares operation names in both ways: to the letter as the rule does, and by what the name means.

/** The rule's list as it stands in its text. */
export const STRICT_NAMES = [
  'Add member to role.',
  'Add member to role',
  'Add service principal credentials.',
  'Add service principal credentials',
  'Update application - Certificates and secrets management',
  'Add owner to service principal.',
  'Add owner to service principal',
  'Set domain authentication.',
  'Set domain authentication',
  'Add policy.',
  'Delete policy.',
];

/** `in~`: ASCII case is ignored and nothing else. */
export function isStrictName(name: string): boolean {
  return STRICT_NAMES.some((listed) => asciiLower(listed) === asciiLower(name));
}

export function isSpelledName(name: string): boolean {
  return NORMAL_NAMES.has(normalName(name));
}

/** Open in the text: how added names are compared. Here as the resolved view compares the listed ones. */
export function isExtraName(name: string, extra: readonly string[]): boolean {
  return extra.some((added) => normalName(added) === normalName(name));
}

/** The steps in the order of the text: the final stop goes after the trimming, so "policy ." keeps its space. */
export function normalName(name: string): string {
  const dashes = name.normalize('NFC').replace(/\p{Dash}/gu, '-');
  const spaces = dashes.replace(/\p{White_Space}+/gu, ' ').replace(/^ | $/g, '');
  return caseFolded(spaces.replace(/\.$/, ''));
}

/** Unicode's full folding, as near as the language has it: up and down again, so that a long s is an s. */
function caseFolded(text: string): string {
  return text.toUpperCase().toLowerCase();
}

/** Seven of them. */
const NORMAL_NAMES = new Set(STRICT_NAMES.map(normalName));

/** Letters and digits alone, to see what is like a listed name. */
export function letters(name: string): string {
  return caseFolded(name.normalize('NFKC')).replace(/[^\p{L}\p{N}]/gu, '');
}

/** ASCII letters alone lose their case, as in the rule's own comparisons. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
