import type { BackgroundContract } from '../../shared/processes/background.ts'
import { metricsOfStored } from '../media/stored-results.ts'
import type { Handlers } from '../processes/serve.ts'
import { makeDemo } from './demo/make-demo.ts'
import { makeMask, makePicture, makeThumbnail } from './pictures.ts'
import { scanFolder } from './scan/scan-folder.ts'

/** What the background process answers. */
export const backgroundHandlers: Handlers<BackgroundContract> = {
  scan: ({ root }, { signal, emit }) =>
    scanFolder(root, { signal, onProgress: (done, total) => emit({ done, total }) }),

  makeDemo: async ({ folder, seed, sources }, { signal, emit }) => ({
    images: await makeDemo(folder, seed, sources, {
      signal,
      onProgress: (done, total) => emit({ done, total }),
    }),
  }),

  thumbnail: async ({ file, destination, side }) => {
    await makeThumbnail(file, destination, side)
    return null
  },

  picture: async ({ file, destination }) => {
    await makePicture(file, destination)
    return null
  },

  mask: async ({ files, destination }) => {
    await makeMask(files, destination)
    return null
  },

  metrics: ({ settings, results }, { signal, emit }) =>
    metricsOfStored(results, settings.scoring, {
      signal,
      onProgress: (done, total) => emit({ done, total }),
    }),
}
