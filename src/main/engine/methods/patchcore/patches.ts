/** Patch vectors of PatchCore (Roth et al. 2022, arXiv 2106.08265), as the authors' code makes them. */
import type { Stages } from '../../features/resnet.ts'
import { tf, type Tensor2D, type Tensor4D } from '../../tf.ts'

/** Side of a patch in cells of its layer. */
const PATCH = 3
/** Numbers of a patch vector. */
export const PATCH_DIMENSION = 1024

/** Makes patch vectors of layers of one network; holds the kernels that do it. */
export interface Patches {
  /**
   * Vectors [N·G·G, D], image by image and row by row.
   * @param stages layer2 [N, G, G, C2] and layer3, half as fine
   */
  vectors(stages: readonly [Tensor4D, Tensor4D]): Tensor2D
  dispose(): void
}

/**
 * The authors cut 3×3 patches with zeros around, bring layer3's to layer2's grid (bilinear, pixel centres), average
 * each patch's C·9 numbers, as one row, into D adaptive windows, and the two layers' D again, end to end, into D. All of it
 * is linear, so that it is one convolution per layer: the windows of windows are its kernels. Layer2 gives the first D/2
 * numbers and layer3 the others.
 * @param channels of layer2 and layer3
 */
export function createPatches(channels: readonly [number, number], dimension: number): Patches {
  const kernels = channels.map((count) => patchKernel(count, dimension))
  return {
    vectors: ([fine, coarse]) =>
      tf.tidy(() => {
        const [count, rows, columns] = fine.shape
        const first = tf.conv2d(fine, kernels[0]!, 1, 'same')
        const second = tf.conv2d(coarse, kernels[1]!, 1, 'same')
        const raised = tf.image.resizeBilinear(second, [rows, columns], false, true)
        return tf.concat([first, raised], 3).reshape([count * rows * columns, dimension])
      }),
    dispose: () => tf.dispose(kernels),
  }
}

/** Vectors of images from φ's layer2 and layer3. */
export function patchStages(stages: Stages): [Tensor4D, Tensor4D] {
  return [stages[1], stages[2]]
}

/** [3, 3, C, D/2]: means over pairs of adaptive windows of the row (channel, then patch row, then column). */
function patchKernel(channels: number, dimension: number): Tensor4D {
  const length = channels * PATCH * PATCH
  const outputs = dimension / 2
  const values = new Float32Array(length * outputs)
  for (let output = 0; output < outputs; output++)
    for (const window of [2 * output, 2 * output + 1]) {
      const [start, end] = adaptiveWindow(window, length, dimension)
      for (let at = start; at < end; at++) {
        const [channel, cell] = [Math.floor(at / PATCH ** 2), at % PATCH ** 2]
        const index = (cell * channels + channel) * outputs + output
        values[index] = values[index]! + 0.5 / (end - start)
      }
    }
  return tf.tensor4d(values, [PATCH, PATCH, channels, outputs])
}

/** Start and end of one of `outputs` windows over `length` numbers, as PyTorch's adaptive pooling has them. */
function adaptiveWindow(window: number, length: number, outputs: number): [number, number] {
  return [Math.floor((window * length) / outputs), Math.ceil(((window + 1) * length) / outputs)]
}
