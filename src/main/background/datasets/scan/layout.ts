import type { DatasetLayout, ImportProblem, Split } from '../../../../shared/datasets/dataset.ts'
import type { FolderTree } from './folder-tree.ts'

/** An image as a layout places it, before the file is looked into. */
export interface PlacedImage {
  readonly category: string
  readonly split: Split
  readonly defectType: string
  readonly anomalous: boolean
  readonly path: string
  readonly masks: readonly string[]
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
  readonly problems: readonly ImportProblem[]
}

export interface Layout {
  readonly layout: DatasetLayout
  /** What is looked for, for the message when nothing is found. */
  readonly lookedFor: string
  /** Null when the folder does not have this layout. */
  place(tree: FolderTree, readText: (path: string) => Promise<string>): Promise<Placement | null>
}

/** The parts that most layouts have in common. */
export function placement(
  recognisedBy: string,
  images: readonly PlacedImage[],
  rest: Partial<Pick<Placement, 'extraMasks' | 'codedMasks' | 'problems'>> = {},
): Placement {
  return { recognisedBy, images, extraMasks: [], codedMasks: false, problems: [], ...rest }
}
