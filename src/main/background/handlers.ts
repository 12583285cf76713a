import type { BackgroundContract } from '../../shared/processes/background.ts'
import { pixelCosts } from '../../shared/metrics/costs.ts'
import { pixelProfiles } from '../../shared/metrics/pixel-profiles.ts'
import { PixelCache } from '../decode/pixel-cache.ts'
import { readRun } from './exchange/read-run.ts'
import { reportPictures } from './exchange/report-pictures.ts'
import { overlapsOfStored } from '../decode/stored-results.ts'
import type { CallContext, Handlers } from '../processes/serve.ts'
import { distancesOf, envelopesOf, pixelCurveOf } from './maps/cached-figures.ts'
import { nearDuplicates } from './datasets/near-duplicates.ts'
import { makeExample } from './datasets/example.ts'
import { checkFiles } from './datasets/file-check/check-files.ts'
import { matchFiles } from './datasets/file-check/match-files.ts'
import { makeDemo } from './datasets/demo/make-demo.ts'
import { exportMasks } from './masks/export-masks.ts'
import { maskImpact } from './masks/impact.ts'
import { makeClasses } from './masks/read-classes.ts'
import { saveMask } from './masks/save-mask.ts'
import { exportMaps } from './exchange/export-maps.ts'
import { fetchEngine } from './fetch-engine.ts'
import { gridStatistics, writeProfiles } from './maps/grid-statistics.ts'
import { makeMask, makePicture, makeThumbnail } from './datasets/pictures.ts'
import { combineStored, measureMaps, readStored } from './maps/measure.ts'
import { findAdditions, folderSplits } from './datasets/scan/additions.ts'
import { scanFolder } from './datasets/scan/scan-folder.ts'
import { TallyCache } from './maps/tally-cache.ts'

/** What the background process answers. */
export const backgroundHandlers: Handlers<BackgroundContract> = {
  scan: ({ root, reading, journal }, context) =>
    scanFolder(root, { reading, journal, signal: context.signal, onProgress: progress(context) }),

  additions: ({ root, layout, reading, recorded, contents }, context) =>
    findAdditions(root, layout, recorded, {
      reading,
      contents,
      signal: context.signal,
      onProgress: progress(context),
    }),

  folderSplits: ({ root, layout, reading }) => folderSplits(root, layout, reading),

  checkFiles: ({ root, files, contents }, context) =>
    checkFiles(root, files, { contents, signal: context.signal, onProgress: progress(context) }),

  matchFiles: ({ root, files }, context) =>
    matchFiles(root, files, { signal: context.signal, onProgress: progress(context) }),

  makeDemo: async ({ folder, seed, sources }, context) => ({
    images: await makeDemo(folder, seed, sources, {
      signal: context.signal,
      onProgress: progress(context),
    }),
  }),

  fetchEngine: async ({ root }, context) => {
    await fetchEngine(root, context.signal, progress(context))
    return null
  },

  thumbnail: async ({ file, destination, side }) => {
    await makeThumbnail(file, destination, side)
    return null
  },

  nearDuplicates: (input, context) =>
    nearDuplicates(input, { signal: context.signal, onProgress: progress(context) }),

  example: async (input) => {
    await makeExample(input)
    return null
  },

  picture: async ({ file, destination }) => {
    await makePicture(file, destination)
    return null
  },

  mask: async ({ source, destination }) => {
    await makeMask(source, destination)
    return null
  },

  pixelProfiles: async ({ results, scoring, destination }, { signal }) => {
    await writeProfiles(results, scoring, destination, { signal })
    return null
  },

  gridStatistics: (input, context) => gridStatistics(input, progress(context)),

  maskClasses: async ({ source, size, destination }) => {
    await makeClasses(source, size, destination)
    return null
  },

  saveMask,

  maskImpact: (input, context) => maskImpact(input, reading(context)),

  exportMasks: (input, context) =>
    exportMasks(input, { signal: context.signal, onProgress: progress(context) }),

  reportPictures,

  exportMaps: (input, context) =>
    exportMaps(input, { signal: context.signal, onProgress: progress(context) }),

  readRun,

  sweepMeasures: measureMaps,

  storedMap: readStored,

  combineMaps: combineStored,

  metrics: ({ results, scoring, intervals = false }, context) =>
    tallies.use(results, scoring, reading(context), (tally) => ({
      metrics: tally.metrics({ intervals }),
    })),

  envelopes: ({ results, crop }, context) => envelopesOf(results, crop, reading(context)),

  distances: ({ results, crop }, context) => distancesOf(results, crop, reading(context)),

  overlaps: async ({ scoring, threshold, results }, context) => ({
    overlaps: await overlapsOfStored(results, scoring, threshold, reading(context)),
  }),

  pixelCurve: ({ results, scoring, places }, context) =>
    pixelCurveOf(results, scoring, places, reading(context)),

  pixelCosts: ({ results, scoring, defectType }, context) =>
    tallies.use(results, scoring, reading(context), (tally) =>
      pixelCosts(pixelProfiles(tally.images(defectType))),
    ),
}

/** Maps and masks of the evaluations that are looked at; 600 maps of 256 pixels with their masks. */
const cache = new PixelCache(384 * 2 ** 20)
/** The same evaluations counted; 1,200 maps of 256 pixels. */
const tallies = new TallyCache(256 * 2 ** 20)

function reading(context: CallContext<{ readonly done: number; readonly total: number }>) {
  return { signal: context.signal, onProgress: progress(context), cache, tallies }
}

function progress(context: CallContext<{ readonly done: number; readonly total: number }>) {
  return (done: number, total: number) => context.emit({ done, total })
}
