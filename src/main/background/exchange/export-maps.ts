import { DdadError } from '../../../shared/errors.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { MapsExport } from '../../../shared/processes/exports.ts'
import { encodeFloatTiff } from '../../decode/float-tiff.ts'
import { readInput } from '../../files/files.ts'
import { decodeNpy, encodeNpy } from '../../decode/npy.ts'
import { resizeMap } from '../../decode/resize-map.ts'
import { writeTogether, type Staging } from '../../files/staging.ts'

interface Options {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/**
 * Writes anomaly maps as float32 files, the whole map whatever part of it is scored. All of them or none.
 * @throws DdadError BAD_FILE or NOT_FOUND naming the map; CANCELLED when the signal is aborted.
 */
export function exportMaps(input: MapsExport, options: Options) {
  return writeTogether(input.root, (staging) => writeMaps(input, staging, options))
}

async function writeMaps(
  { items, pixelWeight, format, description }: MapsExport,
  staging: Staging,
  options: Options,
): Promise<{ readonly bytes: number }> {
  let bytes = 0
  let done = 0
  for (const { maps: file, ratio, width, height, name } of items) {
    if (options.signal.aborted) {
      throw cancelled()
    }
    const { shape, data } = decodeNpy(await readInput(file), file)
    const size = shape[1] ?? 0
    if (shape.length !== 3 || shape[0] !== 2 || shape[2] !== size) {
      throw new DdadError('BAD_FILE', `${file} has the shape [${shape.join(', ')}], not [2, S, S].`)
    }
    const { map, side } = combineMaps(data, size, pixelWeight * ratio, false)
    const from = { width: side, height: side }
    const to = { width: width ?? side, height: height ?? side }
    const values = resizeMap(map, from, to)
    const encoded =
      format === 'tiff'
        ? encodeFloatTiff(values, to.width, to.height)
        : encodeNpy({ shape: [to.height, to.width], data: values })
    bytes += (await staging.write(name, encoded)).bytes
    done += 1
    options.onProgress(done, items.length)
  }
  if (options.signal.aborted) throw cancelled()
  await staging.write(description.name, Buffer.from(description.text))
  return { bytes }
}

const cancelled = (): DdadError =>
  new DdadError('CANCELLED', 'The export was cancelled; no map was written.')
