/** Reads `Accept` (RFC 9110, 12.5.1). */

/** How welcome a media type is, from 0 (not at all) to 1, and whether it was named itself and not by a wildcard. */
export function welcome(accept: string | undefined, mediaType: string): { quality: number; isNamed: boolean } {
  if (accept === undefined || accept.trim() === '') return { quality: 1, isNamed: false };
  const [type = ''] = mediaType.split('/');
  const ranges = ['*/*', `${type}/*`, mediaType];
  let best = -1;
  let quality = 0;
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((word) => word.trim());
    const precision = ranges.indexOf(range);
    if (precision <= best) continue;
    best = precision;
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    quality = weight === undefined ? 1 : Math.min(1, Math.max(0, Number(weight) || 0));
  }
  return { quality, isNamed: best === 2 };
}
