import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { ImageId } from '../../../shared/core/ids.ts'
import { addresses } from '../../../shared/ipc/addresses.ts'

/** The value ranges that are set now. They are part of an address, so that another range asks for another picture. */
let ranges = $state('')

export function noteRanges(datasets: readonly Dataset[]): void {
  ranges = datasets
    .flatMap(({ id, samples }) => (samples ? [id, samples.low, samples.high] : []))
    .join('-')
}

/** The address of an image's thumbnail, of at most 160 pixels a side. @param version another one asks for another content */
export const thumbnail = (id: ImageId, version = ''): string =>
  addresses.thumbnail(id, [version, ranges].filter(Boolean).join('-'))
