/** The `ddad://` protocol: page files by name, everything of a workspace by id. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import type { ImageId, ImageResultId, MaskVersionId } from '../../shared/core/ids.ts'
import { describeError } from '../../shared/errors.ts'
import { SCHEME } from '../../shared/ipc/addresses.ts'
import type { Studio } from '../services/studio.ts'
import { readAddress, type Target } from './address.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.npy': 'application/octet-stream',
}

/** Sent with every answer, the only one there is. It does not cover WebRTC, which is closed in `window.ts`. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** To be called before the application is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the page from `pageFolder` and a workspace's files by id. */
export function serveProtocol(
  pageFolder: string,
  studio: Pick<Studio, 'examples' | 'files' | 'masks'>,
): void {
  protocol.handle(SCHEME, async (request) => {
    const target = readAddress(request.url, pageFolder)
    if (!target || request.method !== 'GET') return new Response(null, { status: 404 })
    try {
      const file = await locate(target, studio)
      const body = new Uint8Array(await readFile(file))
      return new Response(body, { headers: headers(target, file) })
    } catch (error) {
      const { code, message } = describeError(error)
      // A thumbnail that has scrolled out of view before its turn came.
      if (code === 'CANCELLED') return new Response(null, { status: 204 })
      if (target.kind === 'thumbnail' || target.kind === 'example')
        return placeholder(code === 'NOT_FOUND')
      const missing = code === 'NOT_FOUND' || (error as NodeJS.ErrnoException).code === 'ENOENT'
      return new Response(message, { status: missing ? 404 : 500 })
    }
  })
}

/** What is shown in the place of a picture that cannot be made, wherever it was wanted. */
function placeholder(missing: boolean): Response {
  const words = missing ? 'File missing' : 'Cannot be read'
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" fill="none" stroke="#8c979f" stroke-width="2">
    <rect x="60" y="46" width="40" height="36" rx="4"/><path d="M54 40l52 52M62 80l14-14 10 10"/>
    <text x="80" y="112" fill="#8c979f" stroke="none" font-family="system-ui, sans-serif" font-size="13" text-anchor="middle">${words}</text></svg>`
  return new Response(picture, {
    headers: {
      'content-type': 'image/svg+xml',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  })
}

async function locate(
  target: Target,
  { examples, files, masks }: Pick<Studio, 'examples' | 'files' | 'masks'>,
): Promise<string> {
  switch (target.kind) {
    case 'page':
      return target.file
    case 'image':
      return files.image(target.id as ImageId)
    case 'thumbnail':
      return files.thumbnail(target.id as ImageId)
    case 'example':
      return examples.file(target.id)
    case 'mask':
      return files.mask(target.id as MaskVersionId)
    case 'mask-classes':
      return files.maskClasses(target.id as MaskVersionId)
    case 'mask-journal':
      return masks.journals.file(target.id as ImageId)
    case 'reconstruction':
      return files.reconstruction(target.id as ImageResultId)
    case 'maps':
      return files.maps(target.id as ImageResultId)
  }
}

/** An id's content never changes, so it may be kept; data set originals are asked for again. */
function headers({ kind }: Target, file: string): Record<string, string> {
  const lasting = kind === 'thumbnail' || kind === 'mask' || kind === 'mask-classes'
  return {
    'content-type': contentTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
