/** What the engine process does. It knows files and numbers only: no SQLite, no Electron, no user interface. */
import type { ExtractorName, ReconstructionSettings, RunConfig } from '../config/run-config.ts'
import type { ImageId } from '../core/ids.ts'
import type { Cells } from '../maps/nearest.ts'
import type { JobProgress, MetricPoint } from '../runs/run.ts'

/** An image by absolute path, with what the engine needs to know about it. */
export interface EngineImage {
  readonly imageId: ImageId
  readonly file: string
}

/** Weights of the frozen ImageNet extractor: a folder of tfjs layers weights or a `.pth`/`.safetensors` file. */
export interface ExtractorSource {
  readonly name: ExtractorName
  readonly file: string
}

/** A file that the engine has written completely (written, synced, renamed) before naming it. */
export interface WrittenFile {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export type EngineEvent =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'metrics'; readonly points: readonly MetricPoint[] }
  | {
      readonly type: 'checkpoint'
      readonly kind: 'unet' | 'features'
      readonly step: number
      readonly written: WrittenFile
    }
  | { readonly type: 'map'; readonly map: ComputedMap }
  | {
      readonly type: 'distances'
      /** Position of the source whose features they are of. */
      readonly source: number
      /** Of each image of the bank. */
      readonly nominal: readonly number[]
      readonly images: readonly { readonly key: string; readonly distance: number }[]
    }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }

/** What DDAD makes maps with. */
export interface DdadSource {
  readonly method: 'ddad'
  /** A checkpoint or weights file. */
  readonly unet: string
  /** The frozen extractor; null where the adapted one takes its place. */
  readonly extractor: ExtractorSource | null
  /** The adapted extractor φ̂; null scores with the frozen one. */
  readonly features: string | null
}

/** What PatchCore makes maps with. */
export interface PatchCoreSource {
  readonly method: 'patchcore'
  /** A memory bank's file. */
  readonly bank: string
  readonly extractor: ExtractorSource
}

/** A method with what it makes maps with. */
export type MethodSource = DdadSource | PatchCoreSource

/** An image that maps are made of. */
export interface MapImage {
  /** Names the content: the file's SHA-256, with what is painted on it. */
  readonly key: string
  readonly file: string
  /** Seed of a synthetic defect; null leaves the image as it is. */
  readonly paint: number | null
}

/** One setting of one source, with the images whose maps are missing. */
export interface MapTask {
  /** Of the set that the maps belong to. */
  readonly setId: number
  readonly source: number
  readonly settings: ReconstructionSettings
  readonly folder: string
  /** Positions in the images. */
  readonly images: readonly number[]
}

export interface ComputedMap {
  readonly setId: number
  readonly key: string
  /** Largest distances before the blur. */
  readonly maxima: { readonly feature: number; readonly pixel: number }
  readonly milliseconds: number
  /**
   * `.npy`, float32, [2, S, S]: blurred feature distance and blurred pixel distance. Blurring is linear,
   * so the combined map for any v is `maps[0] + v · ratio · maps[1]`, without the network.
   */
  readonly maps: WrittenFile
  /** The reconstruction as an 8-bit RGB PNG of S×S pixels; null where the method makes none. */
  readonly reconstruction: WrittenFile | null
}

/** What a live reconstruction tells on its way. Pictures are S×S RGB of 8 bits, for looking at only. */
export type PreviewEvent =
  | { readonly type: 'noised'; readonly size: number; readonly picture: Uint8Array }
  | ({ readonly type: 'step' } & PreviewStep)

export interface PreviewStep {
  /** Number of the network pass, from 0, and how many there are. */
  readonly pass: number
  readonly passes: number
  /** t, 0 … 999 */
  readonly step: number
  /** x_t before the pass */
  readonly noisy: Uint8Array
  /** The guided prediction of x_0 */
  readonly prediction: Uint8Array
  /** Since the reconstruction began. */
  readonly milliseconds: number
  /** When the pass was done, in milliseconds since 1970: how long it takes to be shown is measured from here. */
  readonly doneAt: number
}

export interface PreviewResult {
  readonly size: number
  /** [2, S, S]: blurred feature and pixel distance. */
  readonly maps: Float32Array
  /** S×S RGB of 8 bits. */
  readonly reconstruction: Uint8Array
  /** Largest distances before the blur. */
  readonly maxima: { readonly feature: number; readonly pixel: number }
  readonly milliseconds: number
}

/** An image whose features are kept under the SHA-256 of its file. */
export interface KeyedImage {
  readonly key: string
  readonly file: string
}

/** An image that was compared, by its position among the nominal ones. */
export interface NearestMatch {
  readonly index: number
  /** 0 … 4 */
  readonly distance: number
  /** Corner of its patch in cells. */
  readonly column: number
  readonly row: number
}

export interface EngineInfo {
  readonly tensorflow: string
  readonly library: string
  readonly node: string
  /** `cpu` or the GPU's name as TensorFlow has it. */
  readonly device: string
  readonly gpu: boolean
  /** Why a card that is there is not used, and what to do; null where there is nothing to say. */
  readonly remark: string | null
}

export interface EngineContract {
  info: { input: null; output: EngineInfo; event: never }
  /** Memory of the engine's process now and at most so far, in bytes. */
  usage: {
    input: null
    output: { readonly residentBytes: number; readonly peakBytes: number }
    event: never
  }
  /** Prepares a run's method: trains DDAD's network, or fills PatchCore's memory bank. */
  train: {
    input: {
      readonly config: RunConfig
      /** The frozen extractor, where the method prepares with it. */
      readonly extractor: ExtractorSource | null
      readonly nominal: readonly EngineImage[]
      /** Absolute folder for checkpoints. */
      readonly folder: string
      /** Newest first; the first that loads is continued. Empty starts anew. */
      readonly checkpoints: readonly string[]
      /** Goes into the headers of checkpoints; see `originText`. */
      readonly origin?: string
    }
    output: {
      readonly state: 'finished' | 'stopped'
      readonly step: number
      readonly totalSteps: number
    }
    event: EngineEvent
  }
  adapt: {
    input: {
      readonly config: RunConfig
      readonly nominal: readonly EngineImage[]
      readonly folder: string
      readonly unet: string
      readonly extractor: ExtractorSource
      readonly origin?: string
    }
    output: { readonly state: 'finished' | 'stopped'; readonly epochs: number }
    event: EngineEvent
  }
  /** Maps of many images under many settings; only what is missing is asked for. */
  maps: {
    input: {
      readonly sources: readonly MethodSource[]
      readonly images: readonly MapImage[]
      readonly tasks: readonly MapTask[]
      /** Nominal images that distances are measured to. */
      readonly bank: readonly MapImage[]
      /** For each source, the positions of images whose distance to the bank is missing. */
      readonly distances: readonly (readonly number[])[]
      /** Nearest images of the bank that a distance is the mean over. */
      readonly neighbours: number
      readonly batch: number
      readonly blurSigma: number
      /** Network passes that had been done before. */
      readonly done: number
    }
    output: { readonly state: 'finished' | 'stopped' }
    event: EngineEvent
  }
  /** One image under one setting, step by step; nothing is stored. */
  preview: {
    input: {
      readonly unet: string
      readonly extractor: ExtractorSource | null
      readonly features: string | null
      readonly file: string
      readonly reconstruction: ReconstructionSettings
      readonly blurSigma: number
    }
    output: PreviewResult
    event: PreviewEvent
  }
  /** The nominal images nearest to an image or a patch by φ; features are computed once and kept as files. */
  nearest: {
    input: {
      readonly extractor: ExtractorSource | null
      /** The adapted extractor φ̂; null compares by the frozen one. */
      readonly features: string | null
      /** Side to which images are resized. */
      readonly size: number
      /** Absolute folder of the features of this extractor and size. */
      readonly folder: string
      readonly image: KeyedImage
      readonly nominal: readonly KeyedImage[]
      /** A patch in cells of the grid that `gridSide` gives for the size; null compares whole images. */
      readonly patch: Cells | null
      readonly count: number
    }
    output: {
      readonly matches: readonly NearestMatch[]
      /** Ascending. */
      readonly nominalDistances: readonly number[]
      readonly skipped: readonly { readonly index: number; readonly reason: string }[]
      /** Images that the network has run for, and the seconds that each took with reading and decoding. */
      readonly computed: number
      readonly secondsPerImage: number
    }
    event: { readonly type: 'progress'; readonly progress: JobProgress }
  }
  /** Official DDAD weights as this program's own files in a folder. */
  convert: {
    input: {
      /** Its model is replaced by that of the weights, which their shapes tell. */
      readonly config: RunConfig
      /** Optimiser steps that the weights are recorded with. */
      readonly step: number
      readonly folder: string
      readonly unet: string
      /** An adapted extractor in torchvision's names, and the epoch it is of. */
      readonly features: { readonly file: string; readonly epoch: number } | null
      readonly origin?: string
    }
    output: {
      readonly config: RunConfig
      readonly unet: WrittenFile
      readonly features: WrittenFile | null
      /** The network that the features are of. */
      readonly extractor: ExtractorName | null
    }
    event: never
  }
  /** `ddad tensors …`: the named computation on safetensors files, for comparison with other implementations. */
  tensors: {
    input: {
      readonly what: 'forward' | 'reconstruct' | 'features' | 'heatmap' | 'metrics'
      readonly weights: string | null
      readonly input: string
      readonly output: string
    }
    output: { readonly names: readonly string[] }
    event: never
  }
}
