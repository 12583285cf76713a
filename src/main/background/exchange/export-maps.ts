import { DdadError } from '../../../shared/errors.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { MapsExport } from '../../../shared/processes/exports.ts'
import { encodeFloatTiff } from '../../decode/float-tiff.ts'
import { readInput } from '../../files/files.ts'
import { inParallel, type WorkOptions } from '../../files/in-parallel.ts'
import { decodeNpy, encodeNpy } from '../../decode/npy.ts'
import { resizeMap } from '../../decode/resize-map.ts'
import { writeTogether, type Staging } from '../../files/staging.ts'

const CANCELLED = 'The export was cancelled; no map was written.'

/**
 * Writes anomaly maps as float32 files, the whole map whatever part of it is scored. All of them or none.
 * @throws DdadError BAD_FILE or NOT_FOUND naming the map; CANCELLED when the signal is aborted.
 */
export function exportMaps(
  input: MapsExport,
  options: WorkOptions & { readonly signal: AbortSignal },
) {
  return writeTogether(input.root, (staging) => writeMaps(input, staging, options))
}

async function writeMaps(
  { items, pixelWeight, format, description }: MapsExport,
  staging: Staging,
  options: WorkOptions & { readonly signal: AbortSignal },
): Promise<{ readonly bytes: number }> {
  const one = async ({ maps: file, ratio, width, height, name }: MapsExport['items'][number]) => {
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
    return (await staging.write(name, encoded)).bytes
  }
  // Each is synced and read back: while the disk is waited for, the next ones are made.
  const sizes = await inParallel(items, options, CANCELLED, one)
  if (options.signal.aborted) throw new DdadError('CANCELLED', CANCELLED)
  await staging.write(description.name, Buffer.from(description.text))
  return { bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}
