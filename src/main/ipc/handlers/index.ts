/** The handler of every request. */
import type { Studio } from '../../services/studio.ts'
import type { Dialogs } from '../dialogs.ts'
import type { RouteHandlers } from '../router.ts'
import { appHandlers } from './app.ts'
import { compareHandlers } from './compare.ts'
import { datasetHandlers } from './datasets.ts'
import { evaluationHandlers } from './evaluations.ts'
import { nearestHandlers } from './nearest.ts'
import { operatingPointHandlers } from './operating-points.ts'
import { exchangeHandlers } from './exchange.ts'
import { fileHandlers } from './files.ts'
import { imageHandlers } from './images.ts'
import { placeHandlers } from './places.ts'
import { reviewHandlers } from './reviews.ts'
import { jobHandlers } from './jobs.ts'
import { maskHandlers } from './masks.ts'
import { startStepHandlers } from './start-step.ts'
import { weightsHandlers } from './weights.ts'
import { runHandlers } from './runs.ts'

export function handlersOf(
  studio: Studio,
  dialogs: Dialogs,
  printDocument: (html: string, file: string, signal: AbortSignal) => Promise<void>,
): RouteHandlers {
  return {
    ...appHandlers(studio, dialogs.save),
    ...operatingPointHandlers(studio),
    ...datasetHandlers(studio, () => dialogs.folder('Choose a data set folder')),
    ...fileHandlers(studio, dialogs.folder),
    ...imageHandlers(studio),
    ...reviewHandlers(studio),
    ...runHandlers(studio),
    ...jobHandlers(studio),
    ...placeHandlers(studio),
    ...evaluationHandlers(studio),
    ...compareHandlers(studio),
    ...exchangeHandlers(studio, dialogs, printDocument),
    ...maskHandlers(studio, dialogs.folder),
    ...nearestHandlers(studio),
    ...startStepHandlers(studio),
    ...weightsHandlers(studio, dialogs),
  }
}
