/** The files that a job is about to use, compared with what was imported. */
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { ImageId } from '../../../shared/core/ids.ts'
import type { JobKind } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { FileChange } from '../../db/repos/file-changes.ts'
import type { FileChecks } from './file-checks.ts'

/** Files named in a message; of more, the number. */
const NAMED = 3

export interface UsedFiles {
  /** The images that can be used, with the hashes of what they hold now. */
  readonly images: readonly ImageEntry[]
  /** By image: hashes of the image and of its mask files where they are not those of the import. */
  readonly contents: ReadonlyMap<ImageId, { imageSha256: string | null; maskSha256: string | null }>
  /** What to say in the job's log. */
  readonly warnings: readonly string[]
}

/**
 * Looks at the files that a job uses. Changed ones are used as they are now; images whose loss the user ignores
 * are left out; both is said.
 *
 * @throws {DdadError} NOT_FOUND or BAD_FILE when another is gone or cannot be read: nothing is begun then.
 */
export async function lookAtUsed(
  checks: FileChecks,
  kind: JobKind,
  images: readonly ImageEntry[],
): Promise<UsedFiles> {
  const measures = kind === 'evaluate' || kind === 'sweep'
  const used = images.filter(
    ({ split, anomalous }) => (split === 'train' && !anomalous) || (split === 'test' && measures),
  )
  const statuses = new Map(used.map(({ id, maskStatus }) => [id, maskStatus]))
  const changes = (await checks.look([...statuses.keys()])).filter(
    // Only an evaluation with the data set's own mask reads the mask's file.
    ({ imageId, part }) => part === 0 || (measures && statuses.get(imageId) === 'original'),
  )
  const lost = changes.filter(({ kind: found }) => found !== 'changed')
  const leftOut = new Set(lost.filter(({ ignored }) => ignored).map(({ imageId }) => imageId))
  const needed = lost.filter(({ imageId }) => !leftOut.has(imageId))
  if (needed.length > 0) {
    throw new DdadError(
      needed.some(({ kind: found }) => found === 'missing') ? 'NOT_FOUND' : 'BAD_FILE',
      `${list(needed)} cannot be read. Nothing was begun, and what was computed before is kept. Put the ` +
        'files back, relink the data set where its folder was moved, or ignore them there to leave the ' +
        'images out (Data sets → Check files); then resume.',
    )
  }
  const differing = changes.filter(({ imageId }) => !leftOut.has(imageId))
  const byImage = Map.groupBy(differing, ({ imageId }) => imageId)
  const contents = new Map(
    [...byImage].map(([id, own]) => [
      id,
      {
        imageSha256: own.find(({ part }) => part === 0)?.sha256 ?? null,
        maskSha256: own.some(({ part }) => part > 0) ? checks.maskContent(id) : null,
      },
    ]),
  )
  return {
    images: images
      .filter(({ id }) => !leftOut.has(id))
      .map((image) => ({
        ...image,
        sha256: contents.get(image.id)?.imageSha256 ?? image.sha256,
      })),
    contents,
    warnings: [
      ...(leftOut.size === 0
        ? []
        : [
            `${list(lost.filter(({ ignored }) => ignored))} cannot be read and is ignored; left out.`,
          ]),
      ...(differing.length === 0
        ? []
        : [
            `${list(differing)} changed since the import. What is there now is used, and results record ` +
              'its hash. Accept it or put the imported files back: Data sets → Check files.',
          ]),
    ],
  }
}

function list(changes: readonly FileChange[]): string {
  const [only] = changes.length === 1 ? changes : []
  if (only?.kind === 'unreadable') return `${only.file} (${only.message})`
  const names = changes.slice(0, NAMED).map(({ file }) => file)
  const more = changes.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${more} more files` : '')
}
