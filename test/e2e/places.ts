/** Every view of the window in every state that a prepared workspace has. */
import { expect, type Page } from '@playwright/test'
import type { OddWorkspace } from '../support/odd-plates.ts'

/** Addresses of the views, by a short name. */
export function placesOf({ runIds, evaluationId, imageId, datasetId }: OddWorkspace) {
  const views = ['datasets', 'train', 'runs', 'evaluate', 'compare', 'start-step', 'review']
  const evaluate = `#/evaluate?evaluationId=${evaluationId}&tab=`
  const compare = `#/compare?runIds=${runIds.join(',')}&tab=`
  const start = `#/start-step?runId=${runIds[0]}&tab=`
  const review = `#/review?imageId=${imageId}`
  const named = (prefix: string, name: string, values: readonly string[]) =>
    values.map((value) => [`${name}-${value}`, `${prefix}${value}`] as const)
  return new Map([
    ...[...views, 'settings'].map((view) => [view, `#/${view}`] as const),
    ['dataset', `#/datasets?datasetId=${datasetId}`],
    ['category', `#/datasets?datasetId=${datasetId}&category=plate`],
    ['run', `#/runs?runId=${runIds[0]}`],
    ...named(evaluate, 'evaluation', ['results', 'threshold', 'failures', 'distances', 'flips']),
    ['figure', `${evaluate}results&figure=imageAuroc`],
    ...named(compare, 'compare', ['grid', 'curves', 'flips', 'images', 'settings', 'sweeps']),
    ...named(start, 'start-step', ['image', 'category', 'settings', 'choose']),
    ['review-image', review],
    ['review-result', `${review}&evaluationId=${evaluationId}`],
    ['editing', `${review}&evaluationId=${evaluationId}&editing=true`],
  ])
}

/** Goes to a place and waits until it has read what it shows. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), place)
  await expect(page.getByText(/^(Reading|Measuring|Computing|Comparing) .*…$/)).toHaveCount(0)
}
