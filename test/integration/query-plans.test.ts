import path from 'node:path'
import { expect, it } from 'vitest'
import type { DatasetId, EvaluationId } from '../../src/shared/core/ids.ts'
import type { ImageFilter } from '../../src/shared/ipc/routes/images.ts'
import { imageSorts } from '../../src/shared/datasets/image-sorts.ts'
import { openDatabase } from '../../src/main/db/open.ts'
import { createChangesRepo } from '../../src/main/db/repos/changes.ts'
import { createCheckpointsRepo } from '../../src/main/db/repos/checkpoints.ts'
import { createDatasetsRepo } from '../../src/main/db/repos/datasets.ts'
import { createEvaluationsRepo } from '../../src/main/db/repos/evaluations.ts'
import { createImageResultsRepo } from '../../src/main/db/repos/image-results.ts'
import { createImageListsRepo } from '../../src/main/db/repos/image-lists.ts'
import { createImageOverlapsRepo } from '../../src/main/db/repos/image-overlaps.ts'
import { createImagesRepo } from '../../src/main/db/repos/images.ts'
import { createImportsRepo } from '../../src/main/db/repos/imports.ts'
import { createJobsRepo } from '../../src/main/db/repos/jobs.ts'
import { createMapsRepo } from '../../src/main/db/repos/maps.ts'
import { createMaskVersionsRepo } from '../../src/main/db/repos/mask-versions.ts'
import { createMetricPointsRepo } from '../../src/main/db/repos/metric-points.ts'
import { createOperatingPointsRepo } from '../../src/main/db/repos/operating-points.ts'
import { createReviewsRepo } from '../../src/main/db/repos/reviews.ts'
import { createRunImageListsRepo } from '../../src/main/db/repos/run-image-lists.ts'
import { createRunsRepo } from '../../src/main/db/repos/runs.ts'
import { createSavedFiltersRepo } from '../../src/main/db/repos/saved-filters.ts'
import { createSettingsRepo } from '../../src/main/db/repos/settings.ts'
import { temporaryFolder } from './support.ts'

/** Tables that grow with images and steps; none of their rows may be looked through one by one. */
const large =
  /^SCAN (image|image_mask_file|mask_version|image_result|metric_point|category_metric|review|checkpoint)\b/

it('finds every list of large tables by an index, without sorting images', () => {
  const db = openDatabase(path.join(temporaryFolder(), 'studio.db'))
  const statements = new Set<string>()
  const prepare = db.prepare.bind(db)
  db.prepare = (source: string) => {
    statements.add(source)
    return prepare(source)
  }
  const lists = createImageListsRepo(db)
  for (const create of [
    createImagesRepo,
    createImportsRepo,
    createImageOverlapsRepo,
    createChangesRepo,
    createCheckpointsRepo,
    createDatasetsRepo,
    createEvaluationsRepo,
    createJobsRepo,
    createMaskVersionsRepo,
    createMetricPointsRepo,
    createOperatingPointsRepo,
    createReviewsRepo,
    createRunImageListsRepo,
    createRunsRepo,
    createSavedFiltersRepo,
    createSettingsRepo,
  ]) {
    create(db)
  }
  createImageResultsRepo(db, createMapsRepo(db))
  const filter: ImageFilter = {
    category: 'c',
    splits: ['test'],
    defectTypes: ['d'],
    anomalous: true,
    verdicts: ['fine'],
    labels: ['nominal'],
    causes: ['other'],
    maskStatuses: ['corrected'],
    fileStates: ['missing'],
    text: 't',
  }
  const evaluationId = 1 as EvaluationId
  for (const sort of imageSorts) {
    for (const descending of [false, true]) {
      const view = { datasetId: 1 as DatasetId, sort, descending }
      lists.ids({ ...view, filter: {}, evaluationId, baselineId: evaluationId })
      lists.ids({ ...view, filter, evaluationId, baselineId: evaluationId })
    }
  }
  const score = { minScore: 0, maxScore: 1 }
  const query = { datasetId: 1 as DatasetId, descending: true, evaluationId }
  lists.ids({ ...query, filter: { ...filter, ...score }, sort: 'score' })

  db.prepare = prepare
  const plans = new Map<string, string[]>()
  for (const source of statements) {
    const explain = db.prepare<[], { detail: string }>(
      `EXPLAIN QUERY PLAN ${source.replaceAll(/@\w+|\?/g, '1')}`,
    )
    plans.set(
      source,
      explain.all().map(({ detail }) => detail),
    )
  }
  db.close()
  expect(plans.size).toBeGreaterThan(50)
  for (const [source, details] of plans) {
    expect(
      details.filter((detail) => large.test(detail)),
      source,
    ).toEqual([])
    if (/ORDER BY (image.category|result.score (ASC|DESC))/.test(source)) {
      expect(
        details.filter((detail) => detail.includes('TEMP B-TREE')),
        source,
      ).toEqual([])
    }
  }
})
