/** What a package that is handed out may hold, and must. */
export interface Packed {
  readonly path: string;
  readonly size: number;
}

const MAY = [
  /^dist\//,
  /^client\//,
  /^deploy\/rules\//,
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|docs\/openapi\.json)$/,
];
const MUST = [
  ...['package.json', 'LICENSE', 'dist/main.js', 'dist/sbom.cdx.json', 'dist/THIRD_PARTY_LICENCES'],
  ...['client/index.js', 'client/index.d.ts', 'docs/openapi.json'],
];
/** Twice what it was when this was written. */
const BYTES_MAX = 5_000_000;

/** Shapes of secrets. Samples in pages are kept out by what may be in the package. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/,
  'a key of Event Hubs or storage': /\b(?:SharedAccessKey|AccountKey)=[A-Za-z0-9+/]{40,}={0,2}/,
  'a key of the API': /\bgw_[A-Za-z0-9_-]{43}\b/,
  'a secret of a webhook': /\bwhsec_[A-Za-z0-9+/]{32,}={0,2}/,
  'a token': /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\./,
};

export function contentFaults(files: readonly Packed[], read: (path: string) => string): readonly string[] {
  const paths = new Set(files.map(({ path }) => path));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return [
    ...[...paths]
      .filter((path) => !MAY.some((may) => may.test(path)))
      .map((path) => `${path} is in it, and is none of what is handed out: see "files" in package.json.`),
    ...MUST.filter((path) => !paths.has(path)).map((path) => `${path} is not in it: see "files" in package.json.`),
    ...(bytes > BYTES_MAX ? [`it has ${bytes} bytes, and ${BYTES_MAX} are the most: see what has grown.`] : []),
    ...files.flatMap(({ path }) =>
      Object.entries(SECRETS).flatMap(([what, shape]) =>
        shape.test(read(path)) ? [`${path} holds what looks like ${what}: take it out, and make a new one.`] : [],
      ),
    ),
  ];
}
