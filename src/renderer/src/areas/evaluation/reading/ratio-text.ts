import type { Evaluation, ImageResult } from '../../../../../shared/evaluation/evaluation.ts'

/**
 * The scales between pixel and feature distances of an evaluation: that of nominal images with its spread, and
 * those that its images were scored with where they are others.
 */
export function ratioText(
  { calibration, settings }: Evaluation,
  results: readonly Pick<ImageResult, 'ratio'>[],
): string {
  if (!calibration) return ''
  const { ratio, range, nominalScores } = calibration
  // A method of one map has nothing to scale.
  if (ratio === 0) return ''
  const spread = range
    ? ` (${short(range.low)} to ${short(range.high)})`
    : ' (largest over largest)'
  const nominal = `scale ${short(ratio)}${spread} of ${nominalScores.length} nominal images`
  if (settings.scoring.normalisation === 'calibrated' || results.length === 0) return nominal
  const ratios = results.map((result) => result.ratio)
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map(short)
  return `${nominal}, ${low === high ? low : `${low} to ${high}`} of the batches, which is used`
}

const short = (value: number): string => Number(value.toPrecision(3)).toString()
