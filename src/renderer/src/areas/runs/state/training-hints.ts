import type { Category } from '../../../../../shared/datasets/dataset.ts'

/** Nominal images below which features of normal texture are thin; MVTec AD's smallest category has 60. */
const FEW_NOMINAL = 50
/** Images of a kind below which a figure jumps by more than three points with each of them. */
const FEW_JUDGED = 30

/** What speaks against trusting a training on these categories, in words; nothing of it forbids one. */
export function trainingHints(categories: readonly Category[]): readonly string[] {
  return categories.flatMap(({ name, nominalTrain, nominalTest, defects }) => {
    const defective = Object.values(defects).reduce((sum, count) => sum + count, 0)
    const hints: string[] = []
    if (nominalTrain > 0 && nominalTrain < FEW_NOMINAL)
      hints.push(
        `${name} has ${nominalTrain} nominal training images; below ${FEW_NOMINAL}, much that is normal looks strange to the network.`,
      )
    if (defective === 0)
      hints.push(`${name} has no defective test images: no figure can say how well it works.`)
    else if (nominalTest === 0)
      hints.push(`${name} has no nominal test images: false alarms cannot be counted.`)
    else if (Math.min(defective, nominalTest) < FEW_JUDGED)
      hints.push(
        `${name} is judged on ${nominalTest} nominal and ${defective} defective images: one image more or less moves a rate by ${Math.round(100 / Math.min(defective, nominalTest))} points.`,
      )
    return hints
  })
}
