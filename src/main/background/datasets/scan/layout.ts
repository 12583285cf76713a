import type { DatasetLayout, ImportProblem, Split } from '../../../../shared/datasets/dataset.ts'
import type { Survey } from './survey.ts'

/** An image as a layout places it, before the file is looked into. */
export interface PlacedImage {
  readonly category: string
  readonly split: Split
  readonly defectType: string
  readonly anomalous: boolean
  readonly path: string
  readonly masks: readonly string[]
  /** Folders below that of its kind: a camera, a lot; empty where there are none. */
  readonly group: string
  /** Whether it is defective is said by its masks alone; what becomes of it then. */
  readonly byMask?: 'test' | 'left-out'
}

/** What a layout finds in a folder that has it. */
export interface Placement {
  /** One sentence that says by what the layout was recognised, and what was assumed. */
  readonly recognisedBy: string
  readonly images: readonly PlacedImage[]
  /** Mask files that no image claims. */
  readonly extraMasks: readonly string[]
  /** Mask values are codes (class indices, kinds of defects), not black and white. */
  readonly codedMasks: boolean
  /** Files that say what is what. */
  readonly lists: readonly string[]
  /** Files that are left out on purpose, and why. */
  readonly leftOut: ReadonlyMap<string, string>
  /** Files that could be read in several ways, and in which. */
  readonly undecided: ReadonlyMap<string, string>
  /** Images that a reading can be chosen for, whatever was chosen: see Reading. */
  readonly asked: Readonly<Record<'loose' | 'trained', readonly string[]>>
  readonly problems: readonly ImportProblem[]
}

export interface Layout {
  readonly layout: DatasetLayout
  /** What is looked for, for the message when nothing is found. */
  readonly lookedFor: string
  /** Null when the folder does not have this layout. */
  place(survey: Survey): Promise<Placement | null>
}

/** The parts that most layouts have in common. */
export function placement(
  recognisedBy: string,
  images: readonly PlacedImage[],
  rest: Partial<Omit<Placement, 'recognisedBy' | 'images'>> = {},
): Placement {
  return {
    recognisedBy,
    images,
    extraMasks: [],
    codedMasks: false,
    lists: [],
    leftOut: new Map(),
    undecided: new Map(),
    asked: { loose: [], trained: [] },
    problems: [],
    ...rest,
  }
}
