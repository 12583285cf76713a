import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { rangeOf, rangeWords, type SampleRange } from '../../../../shared/datasets/sample-range.ts'
import type { Reading } from '../../../../shared/datasets/reading.ts'
import type { ScannedImage } from '../../../../shared/processes/background.ts'
import type { Inspected } from './inspect.ts'

/** Sides of an image beyond this ratio look squeezed when they become a square. */
const SQUEEZED = 1.5

/** The stored samples that become black and white in all images alike; null: 8 bits, or the upper 8 of 16. */
export function samplesOf(inspected: readonly Inspected[]): SampleRange | null {
  return rangeOf(inspected.flatMap(({ facts }) => facts?.extent ?? []))
}

/** What is to know of the pictures of a data set, each once for all of them. */
export function pictureProblems(
  inspected: readonly Inspected[],
  reading: Reading,
): ImportProblem[] {
  const found = inspected.flatMap(({ image, facts }) => (image && facts ? [{ image, facts }] : []))
  const of = (some: readonly { readonly image: ScannedImage }[]) =>
    `${some.length} of ${found.length} images, for instance ${some[0]!.image.path}`
  const problems: ImportProblem[] = []
  const measured = found.filter(({ facts }) => facts.extent)
  const samples = samplesOf(inspected)
  if (samples) {
    const message =
      `Samples of more than 8 bits are read from ${rangeWords(samples)}, black to white, in every image alike: ` +
      `that is what ${measured.length} images that were looked at hold.`
    problems.push({ kind: 'samples', path: measured[0]!.image.path, message })
  }
  const turned = found.filter(({ facts }) => facts.orientation > 1)
  if (turned.length > 0) {
    const message = `EXIF says that pictures are turned: ${of(turned)}. ${reading.turned === 'yes' ? 'They are turned, with their masks.' : 'They are read and shown as they are stored, like their masks.'}`
    problems.push({ kind: 'oriented', path: turned[0]!.image.path, message })
  }
  const squeezed = found.filter(
    ({ image: { width, height } }) => Math.max(width, height) > SQUEEZED * Math.min(width, height),
  )
  if (squeezed.length > 0) {
    const { width, height } = squeezed[0]!.image
    const message = `The network sees a square: pictures of another shape are squeezed, ${of(squeezed)} (${width} × ${height}).`
    problems.push({ kind: 'squeezed', path: squeezed[0]!.image.path, message })
  }
  return problems
}
