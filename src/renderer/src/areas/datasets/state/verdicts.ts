import type { Verdict } from '../../../../../shared/datasets/review.ts'

/** The key that gives a verdict wherever images are reviewed; digits belong to panes and tools. */
export const verdictKeys: Readonly<Record<Verdict, string>> = {
  fine: 'Shift+F',
  'mask-wrong': 'Shift+M',
  'label-wrong': 'Shift+L',
  ambiguous: 'Shift+A',
  'bad-image': 'Shift+B',
  'not-reviewed': 'Shift+N',
}

/** One colour for each verdict, in tiles, charts and buttons alike. */
export const verdictColours: Readonly<Record<Verdict, string>> = {
  fine: 'var(--good)',
  'mask-wrong': 'var(--warning)',
  'label-wrong': 'var(--danger)',
  ambiguous: 'var(--info)',
  'bad-image': 'var(--series-4)',
  'not-reviewed': 'var(--line-strong)',
}
