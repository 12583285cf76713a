/** What an address of the `ddad://` protocol means. */
import path from 'node:path'

export type Target =
  | { readonly kind: 'page'; readonly file: string }
  | { readonly kind: ResourceKind; readonly id: number }

const resourceKinds = [
  'image',
  'thumbnail',
  'example',
  'mask',
  'mask-classes',
  'mask-journal',
  'reconstruction',
  'maps',
] as const
export type ResourceKind = (typeof resourceKinds)[number]

/**
 * Reads an address. Ids become resources; everything else must name a file inside `pageFolder`.
 * Null for foreign hosts and for paths that lead out of the folder.
 */
export function readAddress(address: string, pageFolder: string): Target | null {
  const url = URL.parse(address)
  if (!url || url.protocol !== 'ddad:' || url.host !== 'app') return null
  const [, first, second, ...rest] = url.pathname.split('/')
  const kind = resourceKinds.find((name) => name === first)
  if (kind) {
    if (rest.length > 0 || !/^[1-9]\d{0,15}$/.test(second ?? '')) return null
    return { kind, id: Number(second) }
  }
  return pageFile(url.pathname, pageFolder)
}

function pageFile(pathname: string, pageFolder: string): Target | null {
  let name: string
  try {
    name = decodeURIComponent(pathname.slice(1))
  } catch {
    return null
  }
  if (/[\0\\:]/.test(name)) return null
  const file = path.resolve(pageFolder, name)
  const relative = path.relative(pageFolder, file)
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null
  return { kind: 'page', file }
}
