import type { ImageId, RunId } from '../../../shared/core/ids.ts'
import { unusualness, type Nearest } from '../../../shared/maps/nearest.ts'
import type { Box } from '../../../shared/masks/box.ts'
import { UsageError, type Command } from '../command.ts'
import { figure, table } from '../output.ts'

const COUNT = 5
const MOST = 50

export const nearest: Command = {
  name: 'nearest',
  usage: '--image ID [--patch X,Y,WIDTH,HEIGHT] [--k 5] [--run ID]',
  summary: 'Lists the nominal training images nearest to an image, or to a patch of it, by φ.',
  options: {
    image: { type: 'string' },
    patch: { type: 'string' },
    k: { type: 'string' },
    run: { type: 'string' },
  },
  details: `A patch is given in pixels of the image; its nearest place in each nominal image is listed with it.
  φ is that of --run, else of the newest run of the category, else the frozen ResNet-50.`,
  run: async ({ values, output, studio }) => {
    const imageId = values.id('image') as ImageId
    const runId = values.text('run') === undefined ? null : (values.id('run') as RunId)
    const count = values.number('k') ?? COUNT
    if (!Number.isInteger(count) || count < 1 || count > MOST) {
      throw new UsageError(`--k must be a whole number from 1 to ${MOST}.`)
    }
    const patch = patchOf(values.text('patch'))
    const service = studio().nearest
    const silence = studio().facts.on('nearest.progress', ({ progress }) =>
      output.progress('Computing features', progress),
    )
    try {
      const found = await service.find({ token: 0, imageId, runId, patch, count })
      for (const reason of found.skipped) output.say(reason)
      output.result(found, textOf(found))
    } finally {
      silence()
    }
  },
}

function patchOf(text: string | undefined): Box | null {
  if (text === undefined) return null
  const sides = text.split(',').map((side) => (/^\d+$/.test(side.trim()) ? Number(side) : NaN))
  const [x = NaN, y = NaN, width = NaN, height = NaN] = sides
  if (sides.length === 4 && !sides.some(Number.isNaN) && width > 0 && height > 0) {
    return { x, y, width, height }
  }
  throw new UsageError(`--patch must be X,Y,WIDTH,HEIGHT in pixels, not ${text}.`)
}

function textOf({ basis, images, nominal, nominalDistances }: Nearest): string {
  const rows = images.map(({ imageId, path, distance, place }) => [
    String(imageId),
    figure(distance),
    place ? `${place.x},${place.y},${place.width},${place.height}` : 'whole',
    path,
  ])
  const share = unusualness(images[0]?.distance ?? 0, nominalDistances)
  const how =
    share === null
      ? ''
      : `\nFarther from its nearest than ${Math.round(100 * share)} % of ${nominalDistances.length} nominal images from theirs.`
  const by = `${basis.adapted ? 'adapted ' : ''}${basis.extractor}, ${basis.size} px`
  const from = basis.run ? ` of ${basis.run.name}` : ''
  return `${table(['id', 'distance', 'place', 'image'], rows)}\n\nOf ${nominal} nominal images, by ${by}${from}.${how}`
}
